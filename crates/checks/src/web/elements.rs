//! What checks ask of elements, and how a finding about several of them is told.

use std::collections::HashSet;

use formats::web::{
    css,
    html::{Document, Element},
};

use model::one_line;

use super::{Found, Page, shown::Several};

/// So much of a tag is shown where not all of it may be.
const MAX_ATTRIBUTES: usize = 10;
const MAX_VALUE: usize = 100;

/// A finding about elements of a page that share a problem, if there are any.
pub(super) fn about(page: &Page<'_>, key: &str, elements: &[Element<'_>]) -> Option<Found> {
    let mut several = Several::default();
    elements.iter().for_each(|element| several.add(*element));
    Some(several.found(page.url())?.key(key))
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

/// How many there are, in words: `1 image`, `3 images`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Whether nobody perceives it, as far as the element itself says: `hidden`, or not displayed by its own style.
pub(super) fn is_undisplayed(element: Element<'_>) -> bool {
    let until_found = || element.has_word("hidden", "until-found");
    (element.has("hidden") && !until_found())
        || (element.is("input") && element.has_word("type", "hidden"))
        || (element.is("dialog") && !element.has("open"))
        || element.attribute("style").is_some_and(|style| {
            let style = css::declarations(style);
            let is = |name, value: &str| {
                css::value(&style, name).is_some_and(|given| given.eq_ignore_ascii_case(value))
            };
            is("display", "none") || is("visibility", "hidden")
        })
}

/// Whether it is kept from assistive technology: [`is_undisplayed`], or `aria-hidden`.
pub(super) fn is_hidden(element: Element<'_>) -> bool {
    element.has_word("aria-hidden", "true") || is_undisplayed(element)
}

/// Whether it, or an element around it, is [hidden](is_hidden).
pub(super) fn is_out_of_sight(element: Element<'_>) -> bool {
    is_hidden(element) || element.ancestors().any(is_hidden)
}

/// The [numbers](Element::number) of all elements of which that is true, or of an element around them.
pub(super) fn within(document: &Document, is_it: impl Fn(Element<'_>) -> bool) -> HashSet<usize> {
    let mut all = HashSet::new();
    for element in document.elements() {
        let around = element.parent().is_some_and(|parent| all.contains(&parent.number()));
        if around || is_it(element) {
            all.insert(element.number());
        }
    }
    all
}

/// What a role says it is: the first word of `role`, in lower case.
pub(super) fn role(element: Element<'_>) -> Option<String> {
    let role = element.attribute("role")?.split_ascii_whitespace().next()?;
    Some(role.to_ascii_lowercase())
}

/// Whether it is kept for its looks alone (`role` `none` or `presentation`).
pub(super) fn is_presentational(element: Element<'_>) -> bool {
    matches!(role(element).as_deref(), Some("none" | "presentation"))
}

/// Whether the keyboard reaches it (HTML, section 6.6.2), by what its tag says.
pub(super) fn is_focusable(element: Element<'_>) -> bool {
    let tabindex = element.attribute("tabindex").and_then(|index| index.trim().parse::<i32>().ok());
    if let Some(index) = tabindex {
        return index >= 0;
    }
    let is_field = ["button", "select", "textarea", "input"].iter().any(|name| element.is(name));
    (is_field && !element.has("disabled") && !element.has_word("type", "hidden"))
        || ((element.is("a") || element.is("area")) && element.has("href"))
        || element.is("iframe")
        || (element.is("summary") && element.parent().is_some_and(|parent| parent.is("details")))
        || ((element.is("audio") || element.is("video")) && element.has("controls"))
}

/// A length in pixels as HTML's dimension attributes have it.
pub(super) fn pixels(element: Element<'_>, name: &str) -> Option<u32> {
    let value = element.attribute(name)?.trim();
    let digits = value.trim_end_matches("px");
    digits.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn what_is_hidden_around_an_element_hides_it() {
        let document = Document::parse(
            "<div style='color:red; DISPLAY : none !important'><p></p></div><p hidden></p><section aria-hidden=true><p></p></section>\
             <p style='display:block'></p><p aria-hidden=false></p>",
        );
        let hidden: Vec<bool> = document.by_name("p").map(is_out_of_sight).collect();
        assert_eq!(hidden, [true, true, true, false, false]);
    }
}
