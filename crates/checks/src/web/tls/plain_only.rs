use model::{CheckId, Confidence, Cwe, Severity};

use super::way;
use crate::web::{Check, Found, Report, Run, Visit, page, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("tls.plain-only"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Cleartext Transmission of Sensitive Information.
    cwe: Some(Cwe(319)),
    reference: "https://https.cio.gov/everything/",
    page: page!("tls/plain-only"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some((_, answer)) = visit.site.landing().filter(|(_, answer)| answer.is_success()) else {
        return;
    };
    // One that was asked for with https and leads to http is `tls.https-downgrade`.
    let began_plain = visit.site.start.scheme() == "http";
    if answer.url.scheme() != "http" || !began_plain || way::is_loopback(&answer.url) {
        return;
    }
    report.add(Found::at(&answer.url).key("http").evidence("url", address(&answer.url)));
}
