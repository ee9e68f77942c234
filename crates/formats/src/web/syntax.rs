//! Grammar that several headers share (RFC 9110, section 5.6).

use std::borrow::Cow;

/// `tchar`s only, and at least one of them (section 5.6.2).
pub(super) fn is_token(text: &str) -> bool {
    let is_tchar = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
    };
    !text.is_empty() && text.bytes().all(is_tchar)
}

/// Optional white space (section 5.6.3): blanks and tabs.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// The parts between separators that stand outside of quoted strings, trimmed; empty ones too.
pub(super) fn split_unquoted(text: &str, separator: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let whole = rest?;
        let mut is_quoted = false;
        let mut is_escaped = false;
        let at = whole.bytes().position(|byte| {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' if is_quoted => is_escaped = true,
                b'"' => is_quoted = !is_quoted,
                _ => return byte == separator && !is_quoted,
            }
            false
        });
        let (part, behind) = match at.and_then(|at| whole.split_at_checked(at)) {
            Some((part, behind)) => (part, behind.get(1..)),
            None => (whole, None),
        };
        rest = behind;
        Some(trim(part))
    })
}

/// The text of a quoted string (section 5.6.4), whole; `None` if this is none.
pub(super) fn unquote(text: &str) -> Option<Cow<'_, str>> {
    let inner = text.strip_prefix('"')?;
    let mut out = String::new();
    let mut characters = inner.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => {
                let is_plain = out.len() == at;
                return (at + 1 == inner.len()).then(|| match inner.get(..at) {
                    Some(plain) if is_plain => Cow::Borrowed(plain),
                    _ => Cow::Owned(out),
                });
            }
            '\\' => out.push(characters.next()?.1),
            c => out.push(c),
        }
    }
    None
}

/// `name` or `name = value`: the name as it stands, and the value as a token or unquoted. A value that is neither is given as it
/// stands, with `false`.
pub(super) struct Parameter<'a> {
    pub(super) name: &'a str,
    pub(super) value: Option<Cow<'a, str>>,
    pub(super) is_well_formed: bool,
}

/// Reads one trimmed parameter.
pub(super) fn parameter(text: &str) -> Parameter<'_> {
    let Some((name, value)) = text.split_once('=') else {
        return Parameter { name: text, value: None, is_well_formed: is_token(text) };
    };
    let (name, value) = (trim(name), trim(value));
    let (value, is_well_formed) = match unquote(value) {
        Some(value) => (value, true),
        None => (Cow::Borrowed(value), is_token(value)),
    };
    Parameter { name, value: Some(value), is_well_formed: is_well_formed && is_token(name) }
}

/// Digits only, and at least one (`delta-seconds`, RFC 9111, section 1.2.2); a number that is too large is the largest one.
pub(super) fn delta_seconds(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_in_quoted_strings_separate_nothing() {
        let parts = |text| split_unquoted(text, b';').collect::<Vec<_>>();
        assert_eq!(parts(r#"a; b="x;\";y" ;;c"#), ["a", r#"b="x;\";y""#, "", "c"]);
        assert_eq!(parts(""), [""]);
        assert_eq!(parts("a=\"never;ends"), ["a=\"never;ends"]);
    }

    #[test]
    fn quoted_strings_are_read_whole_or_not_at_all() {
        assert_eq!(unquote(r#""a\"b""#).as_deref(), Some("a\"b"));
        assert!(matches!(unquote(r#""ab""#), Some(Cow::Borrowed("ab"))));
        for broken in ["ab", "\"ab", "\"a\"b", "\"a\\"] {
            assert_eq!(unquote(broken), None, "{broken}");
        }
    }

    #[test]
    fn numbers_of_seconds_are_digits() {
        assert_eq!(delta_seconds("31536000"), Some(31_536_000));
        assert_eq!(delta_seconds("99999999999999999999999"), Some(u64::MAX));
        assert_eq!(["", "-1", "+1", "1.5", " 1"].map(delta_seconds), [None; 5]);
    }
}
