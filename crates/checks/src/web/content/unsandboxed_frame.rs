use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{
    Check, Page, Report, Run, Visit, elements,
    embedded::{self, Use},
    page, party,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.unsandboxed-frame"),
    severity: Severity::Info,
    confidence: Confidence::High,
    // Inclusion of Functionality from Untrusted Control Sphere.
    cwe: Some(Cwe(829)),
    reference: "https://html.spec.whatwg.org/multipage/iframe-embed-object.html#attr-iframe-sandbox",
    page: page!("content/unsandboxed-frame"),
    run: Run::SentAndRendered(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let frames = embedded::of(page).filter(|w| w.used == Use::Frame && !w.element.has("sandbox"));
    let free: Vec<_> = frames
        .filter(|written| {
            written.url(page).is_some_and(|url| {
                url.scheme().starts_with("http") && !party::is_same_site(&url, page.url())
            })
        })
        .map(|written| written.element)
        .collect();
    if let Some(found) = elements::about(page, "", &free) {
        report.add(found.key("sandbox"));
    }
}
