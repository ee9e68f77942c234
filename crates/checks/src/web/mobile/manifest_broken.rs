use formats::web::manifest::Manifest;
use model::{CheckId, Confidence, Severity};

use super::manifests::linked;
use crate::web::{Check, Found, Report, Run, Visit, page, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("mobile.manifest-broken"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/TR/appmanifest/",
    page: page!("mobile/manifest-broken"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    for linked in linked(visit) {
        let detail = if linked.answer.is_success() {
            match Manifest::parse(&linked.answer.body) {
                Err(problem) if !linked.answer.is_cut => {
                    format!("It cannot be read: {}.", problem.message)
                }
                _ => continue,
            }
        } else if matches!(linked.answer.status, 429 | 503) {
            continue;
        } else {
            format!("It answers with status {}.", linked.answer.status)
        };
        report.add(
            Found::at(linked.page.url())
                .line(linked.link.line())
                .key(address(&linked.url))
                .detail(detail)
                .evidence("element", linked.link.excerpt())
                .evidence("url", address(&linked.url)),
        );
    }
}
