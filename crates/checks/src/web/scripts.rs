//! The JavaScript that a site itself serves: what stands in its pages, and the files of its own hosts.

use std::borrow::Cow;

use model::site::Role;
use url::Url;

use super::{Page, Visit, party};

/// Longest expression that is looked at, in characters: what one person writes in one line.
const MAX_EXPRESSION: usize = 300;

/// So many problems of one kind are told of one piece; more say nothing new.
pub(super) const MAX_TOLD: usize = 20;

/// A piece of JavaScript.
#[derive(Debug)]
pub(super) struct Source<'v> {
    /// Where it stands.
    pub(super) url: &'v Url,
    pub(super) text: Cow<'v, str>,
    /// The line in which it begins.
    first_line: u64,
}

impl Source<'_> {
    /// The line of a place in the text, in bytes.
    pub(super) fn line(&self, at: usize) -> u64 {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        self.first_line + memchr::memchr_iter(b'\n', before).count() as u64
    }
}

/// The scripts in a page that run; data blocks (JSON, templates) are none (HTML, 4.12.1).
pub(super) fn inline<'v>(page: &'v Page<'_>) -> impl Iterator<Item = Source<'v>> {
    let scripts = page.document.by_name("script").filter(|script| !script.has("src"));
    let scripts = scripts.filter(|script| {
        let kind = script.attribute("type").unwrap_or_default().trim().to_ascii_lowercase();
        kind.is_empty() || kind == "module" || kind.ends_with("/javascript")
    });
    scripts.map(|script| Source {
        url: page.url(),
        text: script.text().into(),
        first_line: script.line(),
    })
}

/// The scripts in pages, and the files that hosts of the site served.
pub(super) fn own<'v>(visit: &'v Visit<'_>) -> impl Iterator<Item = Source<'v>> {
    let files = visit.answered(Role::Script).filter(|(_, answer)| {
        answer.is_success() && party::is_same_site(&answer.url, visit.site.home())
    });
    let files = files.map(|(_, answer)| Source {
        url: &answer.url,
        text: String::from_utf8_lossy(&answer.body),
        first_line: 1,
    });
    visit.pages.iter().flat_map(inline).chain(files)
}

/// The expression at the head of a text: up to the bracket that closes around it, a semicolon or the end of the line.
pub(super) fn expression(text: &str) -> &str {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut previous = ' ';
    for (number, (at, c)) in text.char_indices().enumerate() {
        let is_end = match (quote, c) {
            (Some(open), c) => {
                if c == open && previous != '\\' {
                    quote = None;
                }
                false
            }
            (None, '"' | '\'' | '`') => {
                quote = Some(c);
                false
            }
            (None, '(' | '[' | '{') => {
                depth += 1;
                false
            }
            (None, ')' | ']' | '}') if depth > 0 => {
                depth -= 1;
                false
            }
            (None, ')' | ']' | '}' | ';') => true,
            (None, '\n') => depth == 0,
            _ => false,
        };
        if is_end || number == MAX_EXPRESSION {
            return text.get(..at).unwrap_or_default();
        }
        previous = c;
    }
    text
}

/// Whether the name that begins at this place is not the end of a longer one, nor a member of something.
pub(super) fn begins_word(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '.'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_expression_ends_with_what_it_stands_in() {
        assert_eq!(expression("a(')', \"(\") + b); c"), "a(')', \"(\") + b");
        assert_eq!(expression("a\nb"), "a");
        assert_eq!(expression("{\na: 1}, '*')"), "{\na: 1}, '*'");
        assert_eq!(expression(&"ä".repeat(1_000)).chars().count(), MAX_EXPRESSION);
        assert!(
            begins_word("x=eval", 2) && !begins_word("medieval", 4) && !begins_word("r.eval", 2)
        );
    }

    proptest! {
        #[test]
        fn every_text_begins_with_an_expression(text in "([(){}\\[\\]'\"`;\\\\\n]|\\PC){0,60}") {
            prop_assert!(text.starts_with(expression(&text)));
        }
    }
}
