//! Elements of one page with one problem, told as one finding.

use formats::web::html::Element;
use model::one_line;

use super::{Found, Page};

/// So many of them are shown.
const MAX_SHOWN: usize = 3;
/// So much of a tag is shown.
const MAX_ATTRIBUTES: usize = 10;
const MAX_VALUE: usize = 100;

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

/// The tag without what may be a credential: the value of an input, the queries of addresses.
pub(super) fn tag(element: Element<'_>) -> String {
    let is_address = |name| matches!(name, "href" | "src" | "action" | "formaction" | "data");
    let is_secret = |name, value: &str| {
        (name == "value" && element.is("input")) || (is_address(name) && value.contains(['?', '#']))
    };
    if !element.attributes().any(|(name, value)| is_secret(name, value)) {
        return element.excerpt();
    }
    let mut tag = format!("<{}", element.name());
    for (name, value) in element.attributes().take(MAX_ATTRIBUTES) {
        let shown = match value.split_once(['?', '#']) {
            Some((path, _)) if is_address(name) => format!("{path}…"),
            _ if is_secret(name, value) => "…".to_owned(),
            _ => value.to_owned(),
        };
        tag.push_str(&format!(" {name}=\"{}\"", one_line(&shown, MAX_VALUE)));
    }
    tag + ">"
}

#[cfg(test)]
mod tests {
    use formats::web::html::Document;

    use super::*;

    #[test]
    fn a_tag_shows_no_credentials() {
        let shown = |html: &str| {
            let document = Document::parse(html);
            let element = document.elements().last();
            element.map(tag).unwrap()
        };
        assert_eq!(
            shown("<input type=password value=hunter2>"),
            "<input type=\"password\" value=\"…\">"
        );
        assert_eq!(shown("<img src='/a?token=hunter2' alt>"), "<img src=\"/a…\" alt=\"\">");
        assert_eq!(shown("<a href=/b>"), "<a href=\"/b\">");
    }
}
