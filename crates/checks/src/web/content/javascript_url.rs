use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Page, Report, Run, Visit, elements, embedded, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.javascript-url"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/URI/Reference/Schemes/javascript",
    page: page!("content/javascript-url"),
    run: Run::SentAndRendered(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let written = embedded::of(page);
    let scripts: Vec<_> = written
        .filter(|written| written.url(page).is_some_and(|url| url.scheme() == "javascript"))
        .map(|written| written.element)
        .collect();
    if let Some(found) = elements::about(page, "", &scripts) {
        report.add(found.key("javascript"));
    }
}
