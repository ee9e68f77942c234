//! Text from anywhere, made fit for a screen: nothing hidden, nothing that drives a terminal.

use std::{borrow::Cow, fmt::Write as _};

/// Characters that are not seen but act: controls, marks that reorder text (Unicode TR 36), line separators, and invisible
/// ones that only serve to hide. Joiners (U+200C, U+200D) are not among them: names in Persian and emoji need them.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{061c}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// The text with every [hidden](is_hidden) character written as `\xNN` or `\u{NNNN}`.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) { escape(c, &mut out) } else { out.push(c) }
    }
    Cow::Owned(out)
}

/// One hidden character, as text.
pub fn escape(c: char, out: &mut String) {
    // Writing into a String cannot fail.
    let _ = if c.is_ascii() {
        write!(out, "\\x{:02x}", u32::from(c))
    } else {
        write!(out, "\\u{{{:x}}}", u32::from(c))
    };
}

/// Foreign words for a message: on one line, with a blank for every [hidden](is_hidden) character, at most `max_chars` of
/// them and `…` where there were more.
#[must_use]
pub fn one_line(text: &str, max_chars: usize) -> String {
    let mut chars = text.trim().chars().map(|c| if is_hidden(c) { ' ' } else { c });
    let mut out: String = chars.by_ref().take(max_chars).collect();
    if chars.next().is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_shown_and_joiners_stay() {
        assert_eq!(visible("a\u{1b}[31mb\u{202e}c\u{7f}"), "a\\x1b[31mb\\u{202e}c\\x7f");
        assert_eq!(visible("علی\u{200c}رضا 👩\u{200d}💻"), "علی\u{200c}رضا 👩\u{200d}💻");
    }

    #[test]
    fn foreign_words_are_one_bounded_line() {
        assert_eq!(one_line(" a\r\nb\u{1b}[31m\u{202e}c\n", 50), "a  b [31m c");
        assert_eq!(one_line("äöü", 3), "äöü");
        assert_eq!(one_line("äöüß", 3), "äöü…");
    }
}
