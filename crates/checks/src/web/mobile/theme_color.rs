use formats::web::manifest::Manifest;
use model::{CheckId, Confidence, Severity};

use super::manifests::linked;
use crate::web::{Check, Found, Report, Run, Visit, page, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("mobile.theme-color"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://html.spec.whatwg.org/multipage/semantics.html#meta-theme-color",
    page: page!("mobile/theme-color"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(page) = visit.landing() else { return };
    let is_in_manifest = linked(visit)
        .filter_map(|linked| Manifest::parse(&linked.answer.body).ok())
        .any(|manifest| manifest.theme_colour.is_some());
    let is_said = page.document.meta("theme-color").any(|(_, colour)| !colour.trim().is_empty());
    if !is_said && !is_in_manifest {
        report.add(Found::at(page.url()).evidence("url", address(page.url())));
    }
}
