use formats::web::set_cookie::Issue;
use model::{CheckId, Confidence, Severity};

use super::cookies;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.cookie-syntax"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-5.6",
    page: page!("headers/cookie-syntax"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    for served in cookies::first_of_each_name(cookies::of(visit)) {
        let mut issues = served.cookie.issues.iter().filter(|issue| matters(**issue));
        let Some(first) = issues.next() else { continue };
        let name = served.stable_name();
        let mut found = served.found().key(&name).detail(format!("In `{name}` {first}."));
        for issue in issues.take(4) {
            found = found.evidence("also", issue.to_string());
        }
        report.add(found);
    }
}

/// Unknown attributes may be ones to come, and what browsers keep for a shorter time than asked is kept long enough.
const fn matters(issue: Issue) -> bool {
    match issue {
        Issue::InvalidExpires
        | Issue::InvalidMaxAge
        | Issue::UnknownSameSite
        | Issue::InvalidPath
        | Issue::LongAttribute
        | Issue::NoName => true,
        Issue::EmptyDomain
        | Issue::UnknownAttribute
        | Issue::RepeatedAttribute
        | Issue::LivesTooLong => false,
    }
}
