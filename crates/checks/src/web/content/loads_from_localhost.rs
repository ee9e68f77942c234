use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{
    Check, Page, Report, Run, Visit, elements,
    embedded::{self, Use},
    page, party,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.loads-from-localhost"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Active Debug Code.
    cwe: Some(Cwe(489)),
    reference: "https://www.w3.org/TR/secure-contexts/#is-origin-trustworthy",
    page: page!("content/loads-from-localhost"),
    run: Run::SentAndRendered(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    if party::is_loopback(page.url()) {
        return;
    }
    let loaded = embedded::of(page).filter(|written| written.used != Use::Link);
    let local = loaded.filter(|w| w.url(page).is_some_and(|url| party::is_loopback(&url)));
    let local: Vec<_> = local.map(|written| written.element).collect();
    if let Some(found) = elements::about(page, "", &local) {
        report.add(found.key("localhost"));
    }
}
