//! Text from anywhere, laid out for a screen, widths as terminals count them.

use std::borrow::Cow;

use model::visible;
use unicode_width::UnicodeWidthStr as _;

/// Prose on one line: white space collapsed, hidden characters escaped.
pub(crate) fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&visible(word));
    }
    out
}

/// Columns that a terminal gives to text without hidden characters.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// Prose in lines of at most `columns`. A word that is longer is broken, unless it is a URL, which would no longer open.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in one_line(text).split(' ') {
        let room = columns.saturating_sub(if line.is_empty() { 0 } else { width(&line) + 1 });
        if width(word) <= room {
            if !line.is_empty() {
                line.push(' ');
            }
        } else if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        if width(word) <= columns || word.starts_with("https://") || word.starts_with("http://") {
            line.push_str(word);
            continue;
        }
        let mut used = 0;
        for c in word.chars() {
            let mut utf8 = [0; 4];
            let wide = width(c.encode_utf8(&mut utf8));
            if used + wide > columns && used > 0 {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(c);
            used += wide;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The first `limit` characters, the last of them `…` if there were more.
pub(crate) fn cut(text: &str, limit: usize) -> Cow<'_, str> {
    match text.char_indices().nth(limit) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text.chars().take(limit.saturating_sub(1)).chain(['…']).collect()),
    }
}

/// Whether it can stand as a URI (RFC 3986) of a page, and between `<` and `>` in Markdown.
pub(crate) fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && rest.bytes().all(|byte| {
                byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=%".contains(&byte)
            })
    })
}

/// `1 place`, `1,204 places`.
pub fn counted<N: ToString + PartialEq + From<u8>>(number: N, one: &str, many: &str) -> String {
    let noun = if number == N::from(1) { one } else { many };
    format!("{} {noun}", grouped(number))
}

/// Digits in groups of three.
#[must_use]
pub fn grouped(number: impl ToString) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_one_line() {
        assert_eq!(one_line(" two\r\n\tlines \u{2028}here \u{1b}[m"), "two lines here \\x1b[m");
    }

    #[test]
    fn prose_wraps_at_words_and_only_breaks_what_does_not_fit() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("ab abcdefghij cd", 4), ["ab", "abcd", "efgh", "ij", "cd"]);
        assert_eq!(wrap("鍵を無効にする", 6), ["鍵を無", "効にす", "る"]);
        assert_eq!(
            wrap("see https://example.com/page now", 8),
            ["see", "https://example.com/page", "now"]
        );
        assert_eq!(wrap("", 8), Vec::<String>::new());
    }

    #[test]
    fn cutting_counts_characters() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöüß", 3), "äö…");
    }

    #[test]
    fn quantities_read_well() {
        assert_eq!([grouped(7), grouped(1_234), grouped(1_234_567)], ["7", "1,234", "1,234,567"]);
        assert_eq!(
            [counted(1_u64, "place", "places"), counted(0_usize, "place", "places")],
            ["1 place", "0 places"]
        );
    }
}
