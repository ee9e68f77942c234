use std::collections::HashSet;

use model::{
    CheckId, Confidence, Cwe, Severity,
    site::{Insecure, InsecureFate},
};
use url::Url;

use crate::web::{
    Check, Found, Report, Run, Visit, embedded, page, party, scripts::MAX_TOLD, shown::address,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("runtime.mixed-content"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Cleartext Transmission of Sensitive Information.
    cwe: Some(Cwe(319)),
    reference: "https://www.w3.org/TR/mixed-content/",
    page: page!("runtime/mixed-content"),
    run: Run::Site(run),
};

/// What the markup names as it is sent is told by `content.mixed-active` and `content.mixed-passive`.
fn run(visit: &Visit<'_>, report: &mut Report) {
    for rendered in visit.rendered() {
        let served = visit.pages.iter().find(|page| page.url() == rendered.page.url());
        let sent: HashSet<Url> = served
            .into_iter()
            .flat_map(|page| embedded::of(page).filter_map(|written| written.url(page)))
            .collect();
        let by_script = rendered
            .rendering
            .insecure
            .iter()
            .filter(|one| !sent.contains(&one.url) && !party::is_loopback(&one.url));
        for Insecure { url, fate } in by_script.take(MAX_TOLD) {
            let (severity, what) = match fate {
                InsecureFate::Loaded => (Severity::Medium, "Browsers load it with a warning."),
                InsecureFate::Blocked => (Severity::Low, "Browsers do not load it."),
                InsecureFate::Upgraded => {
                    (Severity::Info, "Browsers ask for it over https instead; older ones do not.")
                }
            };
            report.add(
                Found::at(rendered.page.url())
                    .key(url.host_str().unwrap_or_default())
                    .severity(severity)
                    .detail(what)
                    .evidence("url", address(url)),
            );
        }
    }
}
