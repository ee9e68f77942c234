use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use crate::web::{
    Check, Page, Report, Run, Visit,
    accessible_name::{Names, Source},
    elements::{about, is_hidden, within},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.label-in-name"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Understanding/label-in-name",
    page: page!("accessibility/label-in-name"),
    run: Run::Rendered(run),
};

/// Longer texts are not spoken as a label.
const MAX_WORDS: usize = 8;
/// More elements in one are a card, of which a short name is right.
const MAX_BELOW: usize = 5;

/// WCAG 2.2, 2.5.3.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let hidden = within(&page.document, is_hidden);
    let names = Names::of(&page.document);
    let other: Vec<_> = page
        .document
        .elements()
        .filter(|element| (element.is("a") && element.has("href")) || element.is("button"))
        .filter(|element| !hidden.contains(&element.number()))
        .filter(|element| {
            let name = names.name(*element);
            let is_given = matches!(name.source, Some(Source::Label | Source::LabelledBy));
            is_given
                && visible(*element)
                    .is_some_and(|text| !letters(&name.text).contains(&letters(&text)))
        })
        .collect();
    if let Some(found) = about(page, "name", &other) {
        report
            .add(found.detail("The text that is shown is not part of the name that is announced."));
    }
}

/// The text that is surely seen: nothing in the element is hidden, an icon, or more than words.
fn visible(element: Element<'_>) -> Option<String> {
    let below: Vec<_> = element.descendants().take(MAX_BELOW + 1).collect();
    let is_unclear = |below: &Element<'_>| {
        is_hidden(*below)
            || below.has("class")
            || !["span", "b", "strong", "em", "p"].iter().any(|name| below.is(name))
    };
    if below.len() > MAX_BELOW || below.iter().any(is_unclear) {
        return None;
    }
    let words = element.words();
    let is_label = words.split(' ').count() <= MAX_WORDS && letters(&words).chars().count() >= 3;
    // A class may make an icon of a word.
    let is_icon = element.attribute("class").is_some_and(|class| class.contains("icon"));
    (is_label && !is_icon).then_some(words)
}

/// Only what is spoken.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
