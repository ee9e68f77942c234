use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use crate::web::{
    Check, Page, Report, Run, Visit, elements::is_out_of_sight, page, shown::Several,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("schema.heading-order"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/WAI/tutorials/page-structure/headings/",
    page: page!("schema/heading-order"),
    run: Run::Rendered(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let mut several = Several::default();
    let mut before = None;
    for heading in page.document.elements() {
        let Some(level) = level_of(heading).filter(|_| !is_out_of_sight(heading)) else { continue };
        if before.is_some_and(|before| level > before + 1) {
            let before = before.unwrap_or_default();
            several.add_as(Some(heading.line()), "element", || {
                format!("level {level} after level {before}: {}", heading.words())
            });
        }
        before = Some(level);
    }
    if let Some(found) = several.found(page.url()) {
        report.add(found);
    }
}

/// The level of a heading (WAI-ARIA 1.2, `heading`: 2 where a role does not say which).
fn level_of(element: Element<'_>) -> Option<u8> {
    if element.has_word("role", "heading") {
        let level = element.attribute("aria-level").and_then(|level| level.trim().parse().ok());
        return Some(level.unwrap_or(2));
    }
    // Another role takes the heading's place.
    let is_heading =
        element.is_html() && element.attribute("role").is_none_or(|role| role.trim().is_empty());
    match element.name().as_bytes() {
        [b'h', digit @ b'1'..=b'6'] if is_heading => Some(digit - b'0'),
        _ => None,
    }
}
