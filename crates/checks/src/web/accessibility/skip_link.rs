use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use crate::web::{
    Check, Found, Page, Report, Run, Visit,
    elements::{is_hidden, role, within},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.skip-link"),
    severity: Severity::Info,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Understanding/bypass-blocks",
    page: page!("accessibility/skip-link"),
    run: Run::Rendered(run),
};

/// So few links before the content are passed quickly.
const FEW: usize = 8;
/// A skip link is among the first.
const FIRST: usize = 3;

/// WCAG 2.2, 2.4.1. Headings and landmarks help screen readers, but not those who only use the keyboard.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let hidden = within(&page.document, is_hidden);
    let is_main =
        |element: &Element<'_>| element.is("main") || role(*element).as_deref() == Some("main");
    let has_main = page.document.elements().any(|element| is_main(&element));
    let before: Vec<_> = page
        .document
        .elements()
        .take_while(|element| !is_main(element) && !element.is("h1"))
        .filter(|element| {
            element.is("a") && element.has("href") && !hidden.contains(&element.number())
        })
        .collect();
    let skips = |link: &Element<'_>| {
        link.attribute("href")
            .is_some_and(|href| href.trim().strip_prefix('#').is_some_and(|id| !id.is_empty()))
    };
    let is_at_main = has_main || page.document.first("h1").is_some();
    if before.len() <= FEW || !is_at_main || before.iter().take(FIRST).any(skips) {
        return;
    }
    let mut found = Found::at(page.url())
        .key("skip link")
        .detail(format!("{} links come before the content of the page.", before.len()))
        .evidence("count", before.len().to_string());
    if let Some(first) = before.first() {
        found = found.line(first.line()).evidence("element", crate::web::elements::tag(*first));
    }
    report.add(found.severity(if has_main { Severity::Info } else { Severity::Low }));
}
