use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use crate::web::{
    Check, Page, Report, Run, Visit,
    elements::{about, role},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.list-structure"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Techniques/html/H48",
    page: page!("accessibility/list-structure"),
    run: Run::Rendered(run),
};

/// WCAG 2.2, 1.3.1. HTML, sections 4.4.5 to 4.4.11.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let items: Vec<_> =
        page.document.elements().filter(|element| is_stray_item(*element)).collect();
    if let Some(found) = about(page, "items", &items) {
        report.add(found.detail("Items stand outside of a list."));
    }
    let others: Vec<_> = page.document.elements().filter(|element| is_no_item(*element)).collect();
    if let Some(found) = about(page, "lists", &others) {
        report.add(found.detail("Something else than an item stands directly in a list."));
    }
}

fn is_list(element: Element<'_>) -> bool {
    ["ul", "ol", "menu"].iter().any(|name| element.is(name))
}

fn is_stray_item(element: Element<'_>) -> bool {
    let Some(parent) = element.parent() else { return false };
    if role(element).is_some() || parent.name().contains('-') || parent.is("slot") {
        return false;
    }
    if element.is("li") {
        return !is_list(parent) && role(parent).is_none();
    }
    (element.is("dt") || element.is("dd"))
        && !parent.is("dl")
        && !(parent.is("div") && parent.parent().is_some_and(|around| around.is("dl")))
}

fn is_no_item(element: Element<'_>) -> bool {
    let in_list = element.parent().is_some_and(|parent| is_list(parent) && role(parent).is_none());
    let is_allowed = ["li", "script", "template", "style", "noscript", "slot"]
        .iter()
        .any(|name| element.is(name));
    in_list
        && !is_allowed
        && !element.name().contains('-')
        && role(element).as_deref() != Some("listitem")
}
