//! Fields that people fill in.

use formats::web::html::{Document, Element};

use crate::web::elements::is_out_of_sight;

/// Attributes that are shown of a field; its value may be what somebody typed, or a secret.
const SHOWN: [&str; 9] = [
    "type",
    "name",
    "id",
    "autocomplete",
    "inputmode",
    "placeholder",
    "title",
    "aria-label",
    "aria-labelledby",
];
/// Longest value of an attribute that is shown, in characters.
const MAX_VALUE: usize = 60;

/// Fields that people fill in or choose from, in the order of the document; no buttons, nothing hidden.
pub(super) fn fields(document: &Document) -> impl Iterator<Item = Element<'_>> {
    document.elements().filter(|element| is_field(*element) && !is_out_of_sight(*element))
}

fn is_field(element: Element<'_>) -> bool {
    if element.is("input") {
        return !matches!(
            kind(element).as_str(),
            "hidden" | "submit" | "reset" | "button" | "image"
        );
    }
    element.is("select") || element.is("textarea")
}

/// The type of an `<input>`, in lower case; empty for other elements.
pub(super) fn kind(element: Element<'_>) -> String {
    match element.is("input") {
        true => element.attribute("type").unwrap_or("text").trim().to_ascii_lowercase(),
        false => String::new(),
    }
}

/// Whether a line of text is typed into it.
pub(super) fn is_line(element: Element<'_>) -> bool {
    matches!(kind(element).as_str(), "" | "text" | "email" | "tel" | "url" | "search" | "number")
        && element.is("input")
}

/// The tag of a field without what stands in it.
pub(super) fn shown(element: Element<'_>) -> String {
    let mut tag = format!("<{}", element.name());
    for name in SHOWN {
        if let Some(value) = element.attribute(name) {
            tag.push_str(&format!(" {name}=\"{}\"", model::one_line(value, MAX_VALUE)));
        }
    }
    tag + ">"
}

/// HTML, 4.10.2: elements that a label may be for.
pub(super) fn is_labelable(element: Element<'_>) -> bool {
    let names = ["button", "meter", "output", "progress", "select", "textarea"];
    names.iter().any(|name| element.is(name)) || element.is("input") && kind(element) != "hidden"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_field_is_not_shown() {
        let document = Document::parse("<input type=password name=p value=secret>");
        assert_eq!(shown(document.first("input").unwrap()), "<input type=\"password\" name=\"p\">");
    }
}
