//! Passwords made of the words people write when they need any password: `Test1234!`, `my_s3cret_pass`, `wrongPassword`.

/// The words, lower case, letters only.
const WORDS: &[&[u8]] = &[
    b"a",
    b"abc",
    b"access",
    b"account",
    b"admin",
    b"adm",
    b"an",
    b"any",
    b"api",
    b"app",
    b"asdf",
    b"auth",
    b"aws",
    b"azure",
    b"bad",
    b"bar",
    b"baz",
    b"bob",
    b"broken",
    b"client",
    b"cloud",
    b"cluster",
    b"correct",
    b"cred",
    b"creds",
    b"database",
    b"db",
    b"default",
    b"demo",
    b"dev",
    b"django",
    b"docker",
    b"evil",
    b"first",
    b"foo",
    b"forge",
    b"ftp",
    b"good",
    b"guest",
    b"hello",
    b"http",
    b"hunter",
    b"i",
    b"initial",
    b"invalid",
    b"is",
    b"it",
    b"key",
    b"letmein",
    b"local",
    b"login",
    b"long",
    b"mail",
    b"master",
    b"me",
    b"mock",
    b"mongo",
    b"my",
    b"mysql",
    b"new",
    b"not",
    b"old",
    b"one",
    b"other",
    b"pa",
    b"pas",
    b"pass",
    b"passphrase",
    b"password",
    b"passwd",
    b"passw",
    b"postgres",
    b"private",
    b"pw",
    b"pwd",
    b"qux",
    b"qwerty",
    b"random",
    b"real",
    b"redis",
    b"right",
    b"root",
    b"safe",
    b"second",
    b"secret",
    b"secrets",
    b"secure",
    b"sekret",
    b"server",
    b"service",
    b"shared",
    b"short",
    b"site",
    b"some",
    b"sql",
    b"ssh",
    b"strong",
    b"super",
    b"system",
    b"task",
    b"temp",
    b"test",
    b"tester",
    b"testing",
    b"the",
    b"this",
    b"tmp",
    b"token",
    b"top",
    b"two",
    b"user",
    b"username",
    b"valid",
    b"very",
    b"weak",
    b"web",
    b"welcome",
    b"word",
    b"world",
    b"wrong",
    b"xyz",
    b"your",
    b"zxcv",
];

/// More digits than this are somebody's choice.
const MAX_DIGITS: usize = 6;
/// Longest value that is taken apart, in bytes.
const MAX_BYTES: usize = 48;

/// Whether nothing is left of `value` when those words, a few digits and the signs between them are taken away.
pub(crate) fn is_dummy(value: &[u8]) -> bool {
    if value.len() > MAX_BYTES || !value.is_ascii() {
        return false;
    }
    if value.iter().filter(|b| b.is_ascii_digit()).count() <= MAX_DIGITS {
        let letters: Vec<u8> =
            value.iter().filter(|b| b.is_ascii_alphabetic()).map(u8::to_ascii_lowercase).collect();
        if is_made_of_words(&letters) {
            return true;
        }
    }
    // `P@ssw0rd!23`, `03#pa33word`: the same, with signs for letters up to the last letter, from the first sign or letter on.
    let end = value.iter().rposition(u8::is_ascii_alphabetic).map_or(0, |last| last + 1);
    let first = value.iter().position(u8::is_ascii_alphabetic).unwrap_or_default();
    [0, first].into_iter().any(|start| {
        let part = value.get(start..end).unwrap_or_default();
        [b'e', b's'].into_iter().any(|three| is_made_of_words(&letters_meant(part, three)))
    })
}

/// The letters for which signs stand; `three` is what `3` stands for.
fn letters_meant(value: &[u8], three: u8) -> Vec<u8> {
    value
        .iter()
        .filter_map(|b| match b {
            b'@' | b'4' => Some(b'a'),
            b'0' => Some(b'o'),
            b'1' | b'!' => Some(b'i'),
            b'3' => Some(three),
            b'$' | b'5' => Some(b's'),
            b'7' => Some(b't'),
            letter if letter.is_ascii_alphabetic() => Some(letter.to_ascii_lowercase()),
            _ => None,
        })
        .collect()
}

/// Whether `letters` can be cut into [`WORDS`], at least one of which has three letters.
fn is_made_of_words(letters: &[u8]) -> bool {
    if letters.len() < 3 {
        return false;
    }
    // Which prefixes can be cut.
    let mut reached = vec![false; letters.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    for at in 0..letters.len() {
        if !reached.get(at).copied().unwrap_or_default() {
            continue;
        }
        let rest = letters.get(at..).unwrap_or_default();
        for word in WORDS.iter().filter(|word| rest.starts_with(word)) {
            if let Some(end) = reached.get_mut(at + word.len()) {
                *end = true;
            }
        }
    }
    reached.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_tests_are_dummies() {
        for value in [
            "password123",
            "Password12!",
            "P@ssw0rd!",
            "test1234",
            "testPassword0",
            "my_s3cret",
            "not-hunter42",
            "Pa$$w0rd",
            "AwsUser1000",
            "evil_pass",
            "03#pa33w0rd",
            "12$3cret",
        ] {
            assert!(is_dummy(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn what_somebody_chose_is_none() {
        for value in
            ["Tr0ub4dor&3", "Winter2021!", "q8Zk2mW9xB", "bluefish77", "12345678", "kX7!pass9Lm"]
        {
            assert!(!is_dummy(value.as_bytes()), "{value}");
        }
    }
}
