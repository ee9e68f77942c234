use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{
    Check, Page, Report, Run, Visit,
    cdn::{self, Pinned},
    elements,
    embedded::{self, Use},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("libraries.unpinned"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Inclusion of Functionality from Untrusted Control Sphere.
    cwe: Some(Cwe(829)),
    reference: "https://www.jsdelivr.com/documentation",
    page: page!("libraries/unpinned"),
    run: Run::Page(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let loaded = embedded::of(page).filter(|w| w.used == Use::Style || w.element.is("script"));
    let loose: Vec<_> = loaded
        .filter(|written| {
            written.url(page).is_some_and(|url| cdn::pinned(&url) == Some(Pinned::Loosely))
        })
        .map(|written| written.element)
        .collect();
    if let Some(found) = elements::about(page, "", &loose) {
        report.add(found.key("version"));
    }
}
