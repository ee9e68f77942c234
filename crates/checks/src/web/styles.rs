//! The style sheets of a site, parsed.

use std::collections::HashSet;

use formats::web::css::{self, Sheet};
use model::site::{Answer, Role};
use url::Url;

use super::{Page, Visit};

/// A style sheet, and where it stands.
#[derive(Debug)]
pub(super) struct Style<'s> {
    /// Of the sheet, or of the page that it stands on.
    pub url: &'s Url,
    /// The line of the page before its first one.
    pub line_before: u64,
    /// Its rules.
    pub sheet: Sheet,
}

impl<'s> Style<'s> {
    fn of(url: &'s Url, line_before: u64, text: &str) -> Self {
        Self { url, line_before, sheet: css::parse(text) }
    }

    /// The line in the body of `url`.
    pub(super) const fn line(&self, line: u64) -> u64 {
        self.line_before + line
    }
}

/// Every style sheet of the site: those that were fetched, and those on pages, each text once.
pub(super) fn styles<'s>(visit: &'s Visit<'_>) -> Vec<Style<'s>> {
    let fetched = visit.answered(Role::Style).filter(|(_, answer)| answer.is_success());
    let mut all: Vec<_> = fetched.map(|(_, answer)| fetched_style(answer)).collect();
    let mut seen = HashSet::new();
    for page in &visit.pages {
        for style in page.document.by_name("style") {
            let text = style.text();
            if seen.insert(text.clone()) {
                all.push(Style::of(page.url(), style.line().saturating_sub(1), &text));
            }
        }
    }
    all
}

/// A style sheet that was fetched.
pub(super) fn fetched_style(answer: &Answer) -> Style<'_> {
    let mut style = Style::of(&answer.url, 0, &String::from_utf8_lossy(&answer.body));
    style.sheet.is_cut |= answer.is_cut;
    style
}

/// The style sheets on a page itself.
pub(super) fn on_page<'p>(page: &'p Page<'_>) -> impl Iterator<Item = Style<'p>> {
    page.document
        .by_name("style")
        .map(move |style| Style::of(page.url(), style.line().saturating_sub(1), &style.text()))
}
