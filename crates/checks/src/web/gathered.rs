//! Elements of one page with one problem, told as one finding.

use formats::web::html::Element;

use super::{Found, Page};

/// So many of them are shown.
const MAX_SHOWN: usize = 3;

/// A finding with the first of these elements as evidence and their count; nothing, if there are none.
pub(super) fn found(page: &Page<'_>, elements: &[Element<'_>]) -> Option<Found> {
    let first = elements.first()?;
    let mut found = Found::at(page.url()).line(first.line());
    if elements.len() > 1 {
        found = found.evidence("count", elements.len().to_string());
    }
    for element in elements.iter().take(MAX_SHOWN) {
        found = found.evidence("element", tag(*element));
    }
    Some(found)
}

/// The tag; of an input that holds a value only what it is, since the value may be a credential.
pub(super) fn tag(element: Element<'_>) -> String {
    if !(element.is("input") && element.has("value")) {
        return element.excerpt();
    }
    let shown = element.attributes().filter(|(name, _)| matches!(*name, "type" | "name" | "id"));
    let shown: String = shown.map(|(name, value)| format!(" {name}=\"{value}\"")).collect();
    format!("<input{shown}>")
}
