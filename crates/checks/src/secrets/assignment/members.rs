//! Values that a name is given together, in a list or in a mapping.

use std::ops::Range;

use super::{
    byte,
    name::{is_about, words},
    skip_blanks,
    value::{Notation, Value},
};

/// How far behind its opening a list is read, in bytes.
const MAX_LIST_BYTES: usize = 2_000;
/// So many values of one list are read.
const MAX_MEMBERS: usize = 32;

/// What a list or a mapping begins with; longer ones first.
const OPENINGS: &[&[u8]] = &[
    b"map[string]string{",
    b"new String[] {",
    b"new String[]{",
    b"new string[] {",
    b"new[] {",
    b"[...]string{",
    b"[]string{",
    b"Arrays.asList(",
    b"List.of(",
    b"Set.of(",
    b"listOf(",
    b"Array(",
    b"array (",
    b"array(",
    b"vec![",
    b"&[",
    b"[",
    b"{",
];

/// Where the first member of a list or a mapping stands that begins at `at`.
pub(super) fn opening_at(text: &[u8], at: usize) -> Option<usize> {
    let at = skip_blanks(text, at)?;
    let behind = text.get(at..)?;
    let opening = OPENINGS.iter().find(|opening| behind.starts_with(opening))?;
    Some(at + opening.len())
}

/// The texts in quotes from `at` to `end`, in a list or a mapping, up to the first member that is no plain value. Of a mapping those
/// whose own name says what they are are left out: `{"client_id": "…", "secret": "…"}`.
pub(super) fn members(text: &[u8], at: usize, end: usize) -> Vec<Value> {
    let mut found = Vec::new();
    let end = end.min(text.len()).min(at + MAX_LIST_BYTES);
    let mut rest = Rest { text: text.get(..end).unwrap_or_default(), at };
    while found.len() < MAX_MEMBERS {
        let Some(mut member) = rest.plain() else { break };
        let name = rest.names().then(|| std::mem::take(&mut member));
        if name.is_some() {
            let Some(value) = rest.plain() else { break };
            member = value;
        }
        let Some(next) = rest.next() else { break };
        let speaks = name.and_then(|name| text.get(name.range)).is_some_and(speaks_for_itself);
        if member.quoted && !speaks {
            found.push(Value { range: member.range, notation: Notation::Member });
        }
        if next == Next::End {
            break;
        }
    }
    found
}

/// Whether the name of a member of a mapping says by itself that its value is a secret, which is then read by that name, or that it
/// is something else of a key or a token.
fn speaks_for_itself(name: &[u8]) -> bool {
    const KEYWORDS: &[&[u8]] = &[
        b"auth",
        b"credential",
        b"credentials",
        b"key",
        b"keys",
        b"pass",
        b"passphrase",
        b"passwd",
        b"password",
        b"pwd",
        b"salt",
        b"secret",
        b"secrets",
        b"token",
        b"tokens",
    ];
    // Of claims (RFC 7519), of public halves (RFC 7517), of files and versions, of who owns it.
    const OTHERS: &[&[u8]] = &[
        b"address",
        b"aud",
        b"checksum",
        b"commit",
        b"digest",
        b"e",
        b"etag",
        b"fingerprint",
        b"guid",
        b"hash",
        b"integrity",
        b"iss",
        b"jti",
        b"kid",
        b"md",
        b"mint",
        b"n",
        b"nonce",
        b"owner",
        b"realm",
        b"resolved",
        b"rev",
        b"serial",
        b"sha",
        b"sid",
        b"slug",
        b"sri",
        b"sub",
        b"tag",
        b"tenant",
        b"thumbprint",
        b"uuid",
        b"x",
        b"y",
    ];
    is_about(name)
        || words(name).any(|word| OTHERS.contains(&word.as_slice()))
        || !name.eq_ignore_ascii_case(b"key")
            && words(name).any(|word| KEYWORDS.iter().any(|keyword| word.ends_with(keyword)))
}

/// A text in quotes, or a word.
#[derive(Default)]
struct Plain {
    /// Without the quotes.
    range: Range<usize>,
    quoted: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Member,
    End,
}

/// What is left of a list.
struct Rest<'t> {
    text: &'t [u8],
    at: usize,
}

impl Rest<'_> {
    fn skip_white(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.at += rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
    }

    /// The next name or value.
    fn plain(&mut self) -> Option<Plain> {
        self.skip_white();
        // Python's and Rust's strings of bytes.
        if matches!(self.text.get(self.at..), Some([b'b', b'"' | b'\'', ..])) {
            self.at += 1;
        }
        let escaped = byte(self.text, self.at) == Some(b'\\');
        let open = self.at + usize::from(escaped);
        let Some(quote @ (b'"' | b'\'')) = byte(self.text, open) else { return self.word() };
        let start = open + 1;
        let rest = self.text.get(start..)?;
        let length = rest.iter().position(|b| *b == quote || *b == b'\n')?;
        let inner = rest.get(..length)?;
        // A quote with a backslash ends what another began, and no other text.
        if rest.get(length) != Some(&quote) || inner.ends_with(b"\\") != escaped {
            return None;
        }
        self.at = start + length + 1;
        Some(Plain { range: start..start + length - usize::from(escaped), quoted: true })
    }

    fn word(&mut self) -> Option<Plain> {
        let rest = self.text.get(self.at..)?;
        let in_word = |b: &u8| b.is_ascii_alphanumeric() || b"_.$-".contains(b);
        let symbol = usize::from(rest.first() == Some(&b':'));
        let length = symbol + rest.iter().skip(symbol).take_while(|b| in_word(b)).count();
        let range = self.at..self.at + length;
        self.at = range.end;
        (length > symbol).then_some(Plain { range, quoted: false })
    }

    /// Whether what came was a name: what gives it a value is passed.
    fn names(&mut self) -> bool {
        self.skip_white();
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = match rest {
            [b'=', b'>', ..] => 2,
            [b':' | b'=', ..] => 1,
            _ => return false,
        };
        self.at += length;
        true
    }

    /// What follows a member; `None` for what makes something else of it, or where the text ends.
    fn next(&mut self) -> Option<Next> {
        self.skip_white();
        let next = match byte(self.text, self.at)? {
            b',' => Next::Member,
            b']' | b'}' | b')' => Next::End,
            _ => return None,
        };
        self.at += 1;
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        let Some(at) = opening_at(text.as_bytes(), 0) else { return Vec::new() };
        let found = members(text.as_bytes(), at, text.len()).into_iter();
        found.filter_map(|member| text.get(member.range)).collect()
    }

    #[test]
    fn lists_and_mappings_are_read_in_the_notations_of_languages() {
        assert_eq!(texts(r#" ["one", 'two',3, null, "four"], "five"]"#), ["one", "two", "four"]);
        assert_eq!(texts("[\n  'one',\n  'two',\n]"), ["one", "two"]);
        assert_eq!(texts(r#"[]string{"one", "two"}"#), ["one", "two"]);
        assert_eq!(texts("array('a' => 'one', 'b'=>'two')"), ["one", "two"]);
        assert_eq!(
            texts(r#"{"a": "one", b: 2, :c => "three", d = 'four'}"#),
            ["one", "three", "four"]
        );
        assert_eq!(texts(r#"{\"a\":\"one\",\"b\":\"two\"}"#), ["one", "two"]);
    }

    #[test]
    fn a_member_with_a_name_of_its_own_is_left_to_it() {
        let text = r#"{"client_id": "one", "secret": "two", "alice": "three", "key": "four"}"#;
        assert_eq!(texts(text), ["three", "four"]);
    }

    #[test]
    fn what_is_no_plain_value_ends_a_list() {
        assert_eq!(texts(r#"["one", call("two")]"#), ["one"]);
        assert_eq!(texts(r#"{"a": {"b": "one"}}"#), Vec::<&str>::new());
        assert_eq!(texts(r#"["one", "two" + "three"]"#), ["one"]);
        assert_eq!(texts(r#"["one"#), Vec::<&str>::new());
        assert_eq!(texts("[,"), Vec::<&str>::new());
        assert_eq!(texts("one"), Vec::<&str>::new());
        let many = format!("[{}", r#""a","#.repeat(1_000));
        assert_eq!(texts(&many).len(), MAX_MEMBERS);
        let long = format!(r#"["{}", "b"]"#, "a".repeat(MAX_LIST_BYTES));
        assert_eq!(texts(&long), Vec::<&str>::new());
    }
}
