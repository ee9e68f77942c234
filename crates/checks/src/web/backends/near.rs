//! Reading JavaScript around a word: literals and properties, without a parser. Bundles are large and what is looked for is short, so
//! only a window of fixed size is read at each word, and time stays linear in the text.

use memchr::memmem;

/// Longest literal.
const MAX_LITERAL_BYTES: usize = 300;

/// What stands before and behind `at`, at most so many bytes of it.
pub(super) fn window(text: &[u8], at: usize, before: usize, after: usize) -> &[u8] {
    let from = at.saturating_sub(before);
    text.get(from..text.len().min(at.saturating_add(after))).unwrap_or_default()
}

/// What stands directly before `at` of the bytes that are wanted, at most `most`.
pub(super) fn before(text: &[u8], at: usize, most: usize, is_wanted: fn(u8) -> bool) -> &str {
    let head = window(text, at, most, 0);
    let length = head.iter().rev().take_while(|byte| is_wanted(**byte)).count();
    as_text(head.get(head.len() - length..))
}

/// What the text begins with of the bytes that are wanted, at most `most`.
pub(super) fn run(text: &[u8], most: usize, is_wanted: fn(u8) -> bool) -> &str {
    let length = text.iter().take(most).take_while(|byte| is_wanted(**byte)).count();
    as_text(text.get(..length))
}

/// The string that the text begins with, and what follows it. Quotes may be escaped, as in a source map or a string of JSON.
pub(super) fn literal(text: &[u8]) -> Option<(&str, &[u8])> {
    let text = text.trim_ascii_start();
    let text = text.get(escapes(text)..)?;
    let (&quote, text) = text.split_first().filter(|(quote, _)| is_quote(**quote))?;
    let end = text.iter().take(MAX_LITERAL_BYTES).position(|b| *b == quote || *b == b'\\')?;
    let (value, rest) = text.split_at(end);
    let rest = rest.get(escapes(rest)..)?;
    let (&closing, rest) = rest.split_first()?;
    (closing == quote).then_some((std::str::from_utf8(value).ok()?, rest))
}

/// The string that one of these properties or variables is given.
pub(super) fn property<'t>(text: &'t [u8], names: &[&str]) -> Option<&'t str> {
    names.iter().find_map(|name| {
        memmem::find_iter(text, name).find_map(|at| {
            let rest = text.get(at + name.len()..)?;
            let rest = rest.get(escapes(rest)..)?;
            let rest = rest.strip_prefix(b"\"").or(rest.strip_prefix(b"'")).unwrap_or(rest);
            let rest = rest.trim_ascii_start();
            let rest = rest.strip_prefix(b":").or(rest.strip_prefix(b"="))?;
            Some(literal(rest)?.0)
        })
    })
}

/// The last string in the text that one of these prefixes begins.
pub(super) fn last_literal<'t>(text: &'t [u8], prefix: &str) -> Option<&'t str> {
    let at = memmem::rfind(text, prefix.as_bytes())?;
    let quoted = text.get(at.checked_sub(1)?..)?;
    Some(literal(quoted)?.0)
}

/// The line of a place, from 1.
pub(super) fn line(text: &[u8], at: usize) -> u64 {
    1 + memchr::memchr_iter(b'\n', text.get(..at).unwrap_or_default()).count() as u64
}

fn escapes(text: &[u8]) -> usize {
    text.iter().take(8).take_while(|byte| **byte == b'\\').count()
}

const fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

fn as_text(bytes: Option<&[u8]>) -> &str {
    bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_read_in_every_kind_of_quotes() {
        for text in [" \"users\")", "'users')", "`users`)", "\\\"users\\\")", "\\\\\"users\\\\\")"]
        {
            assert_eq!(literal(text.as_bytes()), Some(("users", &b")"[..])), "{text}");
        }
        for text in ["users", "\"users", "\"users'", "", "\\", "\"a\\nb\""] {
            assert_eq!(literal(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn properties_are_read_as_bundlers_write_them() {
        for text in [
            "{projectId:\"shop\"}",
            "{\"projectId\": 'shop'}",
            "projectId = `shop`",
            "{\\\"projectId\\\":\\\"shop\\\"}",
            "e.projectId,projectId:\"shop\"",
        ] {
            assert_eq!(
                property(text.as_bytes(), &["PROJECT_ID", "projectId"]),
                Some("shop"),
                "{text}"
            );
        }
        assert_eq!(property(b"projectId:e", &["projectId"]), None);
    }
}
