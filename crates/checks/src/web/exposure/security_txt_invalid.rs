use formats::web::security_txt::{Issue, SecurityTxt};
use model::{CheckId, Confidence, Severity, site::Role};

use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.security-txt-invalid"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc9116",
    page: page!("exposure/security-txt-invalid"),
    run: Run::Site(run),
};

const PATH: &str = "/.well-known/security.txt";

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (resource, answer) in visit.answered(Role::WellKnown) {
        if resource.url.path() != PATH || !answer.is_success() {
            continue;
        }
        let Ok(file) = SecurityTxt::parse(&answer.body) else { continue };
        let now = visit.site.at_ms;
        let is_expired = file.expires.is_some_and(|expires| expires.as_millisecond() < now);
        let mut issues: Vec<_> = file.issues.iter().filter_map(said).collect();
        if is_expired {
            issues.push((
                "expired",
                "`Expires` is in the past: readers take it that nobody looks after the file.",
            ));
        }
        for (key, detail) in issues {
            report.add(Found::at(&answer.url).key(key).detail(detail).evidence("value", key));
        }
    }
}

/// What is against the specification; unknown fields are not.
fn said(issue: &Issue) -> Option<(&'static str, &'static str)> {
    Some(match issue {
        Issue::NoContact => ("no Contact", "It has no `Contact`, which is what it is for."),
        Issue::InvalidContact => {
            ("Contact", "A `Contact` is no address that begins with `mailto:`, `tel:` or `https:`.")
        }
        Issue::NoExpires => {
            ("no Expires", "It has no `Expires`, so readers cannot tell whether it still holds.")
        }
        Issue::InvalidExpires => {
            ("Expires", "`Expires` is no time in the form `2027-06-30T00:00:00Z`.")
        }
        Issue::Repeated(_) => ("repeated", "A field that may stand once stands there twice."),
        Issue::NotHttps(_) => ("http", "An address in it is not https."),
        Issue::NotAField(_) => ("no field", "A line is neither a field nor a comment."),
        Issue::UnknownField(_) => return None,
    })
}
