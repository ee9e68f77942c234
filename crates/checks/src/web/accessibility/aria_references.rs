use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Page, Report, Run, Visit, elements::about, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.aria-references"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/TR/wai-aria-1.2/#valuetype_idref",
    page: page!("accessibility/aria-references"),
    run: Run::Rendered(run),
};

/// References for names and descriptions. What an element controls may be made later.
const REFERENCES: [&str; 2] = ["aria-labelledby", "aria-describedby"];

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let ids = page.document.ids();
    let leads_nowhere = |element: &Element<'_>| {
        REFERENCES.iter().filter_map(|name| element.attribute(name)).any(|all| {
            let mut all = all.split_ascii_whitespace().peekable();
            all.peek().is_some() && all.all(|id| !ids.contains(id))
        })
    };
    let broken: Vec<_> = page.document.elements().filter(leads_nowhere).collect();
    if let Some(found) = about(page, "reference", &broken).filter(|_| !page.document.is_cut()) {
        report.add(found.detail("No element has the id that is referred to."));
    }
}
