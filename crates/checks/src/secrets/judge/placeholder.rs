//! Values that stand where a credential will be put: examples, variables, templates, stars.

use super::is_dummy;

/// Words that say so themselves. Compared without case; looked for anywhere in values that are long enough for a word to
/// stand there by chance rarely.
const TELLING_WORDS: &[&[u8]] = &[
    b"example",
    b"changeme",
    b"change_me",
    b"change-me",
    b"changethis",
    b"change_this",
    b"replace",
    b"placeholder",
    b"your_",
    b"your-",
    b"yourpass",
    b"yourtoken",
    b"yoursecret",
    b"yourapi",
    b"your key",
    b"yourkey",
    b"insert",
    b"redacted",
    b"dummy",
    b"sample",
    b"<your",
    b"notreal",
    b"not_real",
    b"not-real",
    b"not-a-real",
    b"foobar",
    b"todo",
    b"fixme",
    b"xxxx",
    b"****",
    b"...",
    "…".as_bytes(),
    b"____",
    b"----",
    b"enter_",
    b"enter-",
    b"my_secret",
    b"my-secret",
    b"mysecret",
    b"mypass",
    b"my_pass",
    b"my-pass",
    b"my_token",
    b"my-token",
    b"mytoken",
    b"my_api",
    b"my-api",
    b"myapi",
    b"some_",
    b"some-",
    b"somepass",
    b"somesecret",
    b"sometoken",
    b"fake",
    b"mocked",
    b"invalid",
    b"undefined",
    b"deadbeef",
    b"cafebabe",
    b"lorem",
    b"specify",
    b"provide",
    b"goes_here",
    b"goes-here",
    b"goeshere",
    b"-here",
    b"_here",
    b"the_",
    b"notasecret",
    b"not-a-secret",
    b"supersecret",
    b"topsecret",
    b"unset",
    b"hidden",
    b"masked",
    b"obfuscated",
    b"removed",
    b"censored",
    b"omitted",
    b"test_test",
    b"testtest",
    b"secretsecret",
    b"passwordpassword",
];

/// Whole values that are no credentials. Compared without case.
const EMPTY_WORDS: &[&[u8]] = &[
    b"null",
    b"nil",
    b"none",
    b"true",
    b"false",
    b"undefined",
    b"empty",
    b"blank",
    b"default",
    b"string",
    b"str",
    b"text",
    b"int",
    b"integer",
    b"bool",
    b"boolean",
    b"object",
    b"bytes",
    b"char",
    b"varchar",
    b"required",
    b"optional",
    b"yes",
    b"no",
    b"on",
    b"off",
    b"n/a",
    b"na",
    b"tbd",
    b"any",
    b"value",
    b"foo",
    b"bar",
    b"baz",
    b"password",
    b"passwd",
    b"pass",
    b"pwd",
    b"secret",
    b"token",
    b"key",
    b"apikey",
    b"api_key",
    b"username",
    b"user",
    b"login",
    b"auth",
    b"basic",
    b"bearer",
    b"hidden",
    b"plain",
    b"plaintext",
    b"this",
    b"self",
    b"enabled",
    b"disabled",
    b"input",
    b"prompt",
    b"file",
    b"env",
    b"abc",
    b"xyz",
    b"asdf",
    b"qwerty",
];

/// Whether the value only holds a place. `long` values (tokens) are also looked through for runs and sequences.
#[must_use]
pub fn is_placeholder(value: &[u8]) -> bool {
    let lower = value.trim_ascii().to_ascii_lowercase();
    says_so(&lower)
        || STARTING_WORDS.iter().any(|word| lower.starts_with(word))
        || longest_run(&lower) >= MIN_RUN
}

/// Whether a value of a provider's own format only holds a place. Such formats have runs of their own (zeros and `A`s that
/// are reserved), so that a run only tells where it is a third of the value.
#[must_use]
pub(crate) fn is_filler(value: &[u8]) -> bool {
    let lower = value.trim_ascii().to_ascii_lowercase();
    let run = longest_run(&lower);
    says_so(&lower) || is_dummy(&lower) || (run >= MIN_RUN && run * 3 >= lower.len())
}

/// Shortest run that tells.
const MIN_RUN: usize = 5;

/// How a value begins that somebody wrote to be replaced. Compared without case.
const STARTING_WORDS: &[&[u8]] = &[b"my-", b"my_", b"mysuper", b"your", b"any-", b"any_"];

fn says_so(lower: &[u8]) -> bool {
    lower.is_empty()
        || EMPTY_WORDS.contains(&lower)
        || is_template(lower)
        || TELLING_WORDS.iter().any(|word| memchr::memmem::find(lower, word).is_some())
        || has_sequence(lower)
        || is_repetition(lower)
        || repeats(lower, 1, 1)
}

/// From here on, in bytes, a template must be closed to be one.
const LONG_VALUE_BYTES: usize = 48;

/// `${NAME}`, `$NAME`, `{{ name }}`, `<name>`, `%NAME%`, `%(name)s`, `%s`, `@name@`, `#{name}`, `[name]`, `{0}`.
fn is_template(value: &[u8]) -> bool {
    let (Some(&first), Some(&last)) = (value.first(), value.last()) else { return true };
    // In a short value an opening says enough, and what would close it may be cut off. A long one of all signs there are
    // has pairs like these by chance.
    let opens = |opening: &[u8], closing: &[u8]| {
        memchr::memmem::find(value, opening).is_some_and(|at| {
            value.len() < LONG_VALUE_BYTES
                || value
                    .get(at + opening.len()..)
                    .is_some_and(|rest| memchr::memmem::find(rest, closing).is_some())
        })
    };
    opens(b"${", b"}")
        || opens(b"$(", b")")
        || opens(b"{{", b"}}")
        || opens(b"#{", b"}")
        || opens(b"<%", b"%>")
        || opens(b"%(", b")")
        || opens(b"{%", b"%}")
        || opens(b"\\(", b")")
        || matches!(
            (first, last),
            (b'<', b'>') | (b'%', b'%') | (b'[', b']') | (b'{', b'}') | (b'(', b')')
        )
        || (matches!((first, last), (b'@', b'@') | (b'#', b'#')) && value.len() > 2)
        || (first == b'$'
            && value.len() > 1
            && value.iter().skip(1).all(|b| b.is_ascii_alphanumeric() || *b == b'_'))
        || matches!(
            value,
            b"%s" | b"%d" | b"%v" | b"%@" | b"{}" | b"?" | b":password" | b":secret" | b":token"
        )
        || is_only_braced_holes(value)
}

/// `{name}` somewhere in a value that has no other character of a credential: `{user}:{password}`, `prefix-{id}`.
fn is_only_braced_holes(value: &[u8]) -> bool {
    let Some(open) = memchr::memchr(b'{', value) else { return false };
    let Some(close) = value.get(open..).and_then(|rest| memchr::memchr(b'}', rest)) else {
        return false;
    };
    value.get(open + 1..open + close).is_some_and(|inner| {
        inner.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':'))
    })
}

/// How often the same character stands one behind the other.
fn longest_run(value: &[u8]) -> usize {
    let (mut best, mut length) = (value.len().min(1), 1);
    for pair in value.windows(2) {
        length = if pair.first() == pair.last() { length + 1 } else { 1 };
        best = best.max(length);
    }
    best
}

/// Eight characters that go up or down by one (`12345678`, `hgfedcba`), or six digits that are most of the value; also two
/// sequences in turns (`a1b2c3d4e5`).
fn has_sequence(value: &[u8]) -> bool {
    let longest = |step: i16, distance: usize| {
        let (mut best, mut length) = (1_usize, 1_usize);
        for (&a, &b) in value.iter().zip(value.iter().skip(distance)) {
            // `90` goes on: keyboards and humans count 1 to 9, then 0.
            let goes_on =
                i16::from(b) - i16::from(a) == step || (step == 1 && a == b'9' && b == b'0');
            length = if goes_on && a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric() {
                length + 1
            } else {
                1
            };
            best = best.max(length);
        }
        best
    };
    let best = longest(1, 1).max(longest(-1, 1));
    best >= 8 || longest(1, 2) >= 8 || (best >= 6 && best * 2 > value.len() && value.len() > 8)
}

/// One short piece again and again: `abcabcabc`, `1212121212`.
fn is_repetition(value: &[u8]) -> bool {
    value.len() >= 8 && (1..=4).any(|period| repeats(value, period, 3))
}

/// Whether it is one piece of so many bytes again and again, at least so many times.
pub(super) fn repeats(value: &[u8], bytes: usize, times: usize) -> bool {
    value.len() >= bytes * times && value.iter().zip(value.iter().skip(bytes)).all(|(a, b)| a == b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_a_place_is_known() {
        for value in [
            "",
            "  ",
            "changeme",
            "${DB_PASSWORD}",
            "$DB_PASSWORD",
            "{{ .Values.token }}",
            "<your-token>",
            "%PASSWORD%",
            "xxxxxxxxxxxx",
            "********",
            "1234567890",
            "abcabcabcabc",
            "YOUR_API_KEY",
            "#{secret}",
            "AKIAIOSFODNN7EXAMPLE",
            "null",
            "{password}",
            "00000000-0000-0000-0000-000000000000",
            "@password@",
            "%(pw)s",
        ] {
            assert!(is_placeholder(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn what_somebody_chose_is_not_a_placeholder() {
        for value in [
            "hunter2!",
            "Tr0ub4dor&3",
            "pa$$w0rd",
            "S3cr3t2021",
            "q8Zk2mW9xB",
            "correct horse battery",
        ] {
            assert!(!is_placeholder(value.as_bytes()), "{value}");
        }
    }
}
