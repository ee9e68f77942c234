use model::{CheckId, Confidence, Cwe, Severity};

use super::cookies::{self, is_https};
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.cookie-over-http"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Cleartext Transmission of Sensitive Information.
    cwe: Some(Cwe(319)),
    reference: "https://www.rfc-editor.org/rfc/rfc6265#section-8.3",
    page: page!("headers/cookie-over-http"),
    run: Run::Site(run),
};

/// A `Secure` cookie from there is refused (`headers.cookie-rejected`). A site that is on http altogether has a greater problem.
fn run(visit: &Visit<'_>, report: &mut Report) {
    if !is_https(visit.site.home()) {
        return;
    }
    let plain = cookies::of(visit)
        .filter(|served| !is_https(served.head.url) && served.rejection().is_none());
    for served in cookies::first_of_each_name(plain) {
        let severity =
            if served.cookie.looks_like_session() { Severity::Medium } else { Severity::Low };
        report.add(
            served
                .found()
                .key(served.stable_name())
                .severity(severity)
                .evidence("url", served.head.url.as_str()),
        );
    }
}
