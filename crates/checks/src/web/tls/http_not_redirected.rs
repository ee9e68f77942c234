use model::{CheckId, Confidence, Cwe, Severity};
use url::Url;

use super::way;
use crate::web::{Check, Found, Report, Run, Visit, page, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("tls.http-not-redirected"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Cleartext Transmission of Sensitive Information.
    cwe: Some(Cwe(319)),
    reference: "https://www.rfc-editor.org/rfc/rfc6797#section-7.2",
    page: page!("tls/http-not-redirected"),
    run: Run::Site(run),
};

/// What refuses to answer there, whatever the status says, shows nobody a page.
fn run(visit: &Visit<'_>, report: &mut Report) {
    if visit.site.home().scheme() != "https" {
        return;
    }
    let is_plain = |url: &Url| url.scheme() == "http";
    for resource in way::plain(visit.site) {
        let Some(answer) = resource.answer().filter(|answer| answer.is_success()) else { continue };
        // From https back to http is `tls.https-downgrade`.
        if is_plain(&answer.url) && resource.hops.iter().all(|hop| is_plain(&hop.url)) {
            report.add(
                Found::at(&answer.url)
                    .key("http")
                    .evidence("url", address(&answer.url))
                    .evidence("status", answer.status.to_string()),
            );
        }
    }
}
