use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{
    Check, Page, Report, Run, Visit,
    cdn::{self, Pinned},
    elements,
    embedded::{self, Use},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.subresource-integrity"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Missing Support for Integrity Check.
    cwe: Some(Cwe(353)),
    reference: "https://www.w3.org/TR/sri-2/",
    page: page!("content/subresource-integrity"),
    run: Run::Page(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let loaded = embedded::of(page).filter(|written| {
        let is_code = written.used == Use::Style || written.element.is("script");
        is_code && written.element.attribute("integrity").is_none_or(|said| said.trim().is_empty())
    });
    let unchecked: Vec<_> = loaded
        .filter(|written| {
            written.url(page).is_some_and(|url| cdn::pinned(&url) == Some(Pinned::Exactly))
        })
        .map(|written| written.element)
        .collect();
    if let Some(found) = elements::about(page, "", &unchecked) {
        report.add(found.key("missing"));
    }
}
