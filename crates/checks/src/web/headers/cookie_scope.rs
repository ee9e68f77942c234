use model::{CheckId, Confidence, Severity};

use super::cookies;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.cookie-scope"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc6265#section-4.1.2.3",
    page: page!("headers/cookie-scope"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let kept = cookies::of(visit).filter(|served| served.rejection().is_none());
    for served in cookies::first_of_each_name(kept) {
        let Some(domain) = served.cookie.domain.as_deref() else { continue };
        if !served.cookie.looks_like_session() {
            continue;
        }
        let host = served.head.url.host_str().unwrap_or_default();
        let is_wider = host != domain && host.strip_prefix("www.") != Some(domain);
        report.add(
            served
                .found()
                .key(served.stable_name())
                .severity(if is_wider { Severity::Low } else { Severity::Info })
                .detail(format!(
                    "`{}` is set by `{host}` and goes to every host under `{domain}`.",
                    served.stable_name()
                )),
        );
    }
}
