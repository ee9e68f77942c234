use model::{CheckId, Confidence, Cwe, Severity, site::Role};
use url::Url;

use crate::web::{Check, Found, Report, Run, Visit, page, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("tls.https-downgrade"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Cleartext Transmission of Sensitive Information.
    cwe: Some(Cwe(319)),
    reference: "https://cheatsheetseries.owasp.org/cheatsheets/Transport_Layer_Security_Cheat_Sheet.html",
    page: page!("tls/https-downgrade"),
    run: Run::Site(run),
};

/// Most redirects that a finding shows.
const SHOWN: usize = 5;

fn run(visit: &Visit<'_>, report: &mut Report) {
    let mut found: Option<Found> = None;
    let mut shown = 0;
    for resource in &visit.site.resources {
        if !matches!(resource.role, Role::Page | Role::PlainHttp) || shown == SHOWN {
            continue;
        }
        // By what the redirect says: a visit does not follow it out of the site.
        let Some(hop) = resource.hops.iter().find(|hop| is_downgrade(&hop.url, &hop.to)) else {
            continue;
        };
        let step = format!("{} → {}", address(&hop.url), address(&hop.to));
        let begun = found.take().unwrap_or_else(|| Found::at(&hop.url).key("http"));
        found = Some(begun.evidence("redirect", step));
        shown += 1;
    }
    if let Some(found) = found {
        report.add(found);
    }
}

/// Within one site; where others begin is not for its owner to say.
fn is_downgrade(from: &Url, to: &Url) -> bool {
    let name = |url: &Url| url.host_str().map(|host| host.trim_start_matches("www.").to_owned());
    from.scheme() == "https" && to.scheme() == "http" && name(from) == name(to)
}
