//! Fields that people fill in, and what they are called.

use std::collections::HashMap;

use formats::web::html::{Document, Element};

use crate::web::shown::is_hidden;

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
    document.elements().filter(|element| is_field(*element) && !is_hidden(*element))
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

/// Where a field's name comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// A label, or an attribute that stands for one.
    Label,
    /// `title` or `placeholder` alone, which are seen for a moment or not at all.
    Hint,
    /// Nowhere.
    Not,
}

/// Every field of a document with the source of its name (HTML Accessibility API Mappings, 4.1.1: accessible name computation of
/// `input`, `textarea` and `select`).
pub(super) fn names(document: &Document) -> Vec<(Element<'_>, Named)> {
    let mut ids: HashMap<&str, Element<'_>> = HashMap::new();
    let mut labelled: HashMap<&str, bool> = HashMap::new();
    for element in document.elements() {
        if let Some(id) = element.attribute("id") {
            ids.entry(id).or_insert(element);
        }
    }
    // Labels do not nest, so that the first fields in them stand in the order of the document.
    let mut wrapped = Vec::new();
    for label in document.by_name("label").filter(|label| !label.is_in("label")) {
        if let Some(id) = label.attribute("for") {
            *labelled.entry(id).or_default() |= has_name(label);
        } else if let Some(field) = label.descendants().find(|below| is_labelable(*below))
            && (has_name_beside(label, field))
        {
            wrapped.push(field);
        }
    }
    let mut wrapped = wrapped.into_iter().peekable();
    let mut known: HashMap<&str, bool> = HashMap::new();
    let mut names = Vec::new();
    for field in document.elements().filter(|element| is_labelable(*element)) {
        let is_wrapped = wrapped.next_if_eq(&field).is_some();
        if !is_field(field) || is_hidden(field) {
            continue;
        }
        let says = |name: &str| field.attribute(name).is_some_and(|text| !text.trim().is_empty());
        let references = field.attribute("aria-labelledby").unwrap_or_default();
        let is_referred = references.split_ascii_whitespace().any(|id| {
            *known.entry(id).or_insert_with(|| ids.get(id).is_some_and(|named| has_name(*named)))
        });
        let is_labelled = field.attribute("id").is_some_and(|id| labelled.get(id) == Some(&true));
        let named = if is_wrapped || is_referred || is_labelled || says("aria-label") {
            Named::Label
        } else if says("title") || says("placeholder") {
            Named::Hint
        } else {
            Named::Not
        };
        names.push((field, named));
    }
    names
}

/// HTML, 4.10.2: elements that a label may be for.
pub(super) fn is_labelable(element: Element<'_>) -> bool {
    let names = ["button", "meter", "output", "progress", "select", "textarea"];
    names.iter().any(|name| element.is(name)) || element.is("input") && kind(element) != "hidden"
}

/// Whether an element has words, its own or those of images in it.
fn has_name(element: Element<'_>) -> bool {
    element.has_text() || says_otherwise(element)
}

/// The same, but for what stands in the field itself, such as the options of a choice.
fn has_name_beside(label: Element<'_>, field: Element<'_>) -> bool {
    says_otherwise(label) || (label.has_text() && label.words() != field.words())
}

fn says_otherwise(element: Element<'_>) -> bool {
    let says = |element: Element<'_>| {
        ["alt", "aria-label"]
            .iter()
            .any(|name| element.attribute(name).is_some_and(|text| !text.trim().is_empty()))
    };
    says(element) || element.descendants().any(|below| !is_field(below) && says(below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_labels_and_what_stands_for_them() {
        let document = Document::parse(
            "<label for=a>A</label><input id=a><label>B <input><input title=c></label><label><select><option>D</select></label>
             <input aria-labelledby='x y'><b id=y>E</b><label><img alt=F><textarea>f</textarea></label><input placeholder=G>
             <input aria-label=' '><label for=a></label><input type=submit><input hidden>",
        );
        let names: Vec<Named> = names(&document).into_iter().map(|(_, named)| named).collect();
        use Named::{Hint, Label, Not};
        assert_eq!(names, [Label, Label, Hint, Not, Label, Label, Hint, Not]);
    }

    #[test]
    fn what_stands_in_a_field_is_not_shown() {
        let document = Document::parse("<input type=password name=p value=secret>");
        assert_eq!(shown(document.first("input").unwrap()), "<input type=\"password\" name=\"p\">");
    }
}
