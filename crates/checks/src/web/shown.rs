//! What visitors see of elements, and how findings show addresses and elements.

use formats::web::html::Element;
use url::Url;

use super::{Found, elements};

/// So many elements are shown of all that have a problem.
const MAX_SHOWN: usize = 5;

/// An address without what may be a credential or a person's: user, password, query and fragment.
pub(super) fn address(url: &Url) -> String {
    let mut shown = url.clone();
    // These fail for addresses without a host, which have neither.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.set_fragment(None);
    let has_query = url.query().is_some_and(|query| !query.is_empty());
    shown.set_query(None);
    if has_query { format!("{shown}?…") } else { shown.to_string() }
}

/// An address without its fragment: two of them are one document.
pub(super) fn document_of(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    url
}

/// Elements or addresses with one problem, of which the first few are shown.
#[derive(Debug, Default)]
pub(super) struct Several {
    line: Option<u64>,
    first: Vec<(&'static str, String)>,
    count: usize,
}

impl Several {
    /// Counts an element, and shows its tag.
    pub(super) fn add(&mut self, element: Element<'_>) {
        self.add_as(Some(element.line()), "element", || elements::tag(element));
    }

    /// Counts something, and shows it if there is room.
    pub(super) fn add_as(
        &mut self,
        line: Option<u64>,
        name: &'static str,
        show: impl FnOnce() -> String,
    ) {
        if self.count == 0 {
            self.line = line;
        }
        if self.first.len() < MAX_SHOWN {
            self.first.push((name, show()));
        }
        self.count += 1;
    }

    /// How many there are.
    pub(super) const fn count(&self) -> usize {
        self.count
    }

    /// One finding for all of them, at the first one's line; none if there are none.
    pub(super) fn found(self, url: &Url) -> Option<Found> {
        if self.count == 0 {
            return None;
        }
        let mut found = Found::at(url);
        found.line = self.line;
        for (name, value) in self.first {
            found = found.evidence(name, value);
        }
        if self.count > 1 {
            found = found.evidence("count", self.count.to_string());
        }
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use formats::web::html::Document;

    use super::*;

    #[test]
    fn addresses_are_shown_without_what_may_be_secret() {
        for (url, shown) in [
            ("https://u:p@example.com/a?token=x#y", "https://example.com/a?…"),
            ("https://example.com/a?", "https://example.com/a"),
            ("mailto:a@example.com", "mailto:a@example.com"),
        ] {
            assert_eq!(address(&Url::parse(url).unwrap()), shown);
        }
    }

    #[test]
    fn the_first_few_of_many_are_shown_and_all_are_counted() {
        let url = Url::parse("https://example.com/").unwrap();
        let document = Document::parse(&"\n<img>".repeat(9));
        let mut several = Several::default();
        document.by_name("img").for_each(|element| several.add(element));
        let found = several.found(&url).unwrap();
        assert_eq!((found.line, found.evidence.len()), (Some(2), MAX_SHOWN + 1));
        assert_eq!(found.evidence.last(), Some(&("count", "9".to_owned())));
        assert_eq!(Several::default().found(&url), None);
    }
}
