use std::collections::{BTreeMap, HashSet};

use model::{
    CheckId, Confidence, Cwe, Severity,
    site::{Initiator, RequestKind, RequestResult, Requested},
};
use url::Url;

use crate::web::{Check, Found, Report, Run, Visit, loads, page, party, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("runtime.third-party-scripts"),
    severity: Severity::Info,
    confidence: Confidence::High,
    // Inclusion of Functionality from Untrusted Control Sphere.
    cwe: Some(Cwe(829)),
    reference: "https://cheatsheetseries.owasp.org/cheatsheets/Third_Party_Javascript_Management_Cheat_Sheet.html",
    page: page!("runtime/third-party-scripts"),
    run: Run::Site(run),
};

/// Addresses of one party's scripts that are shown.
const SHOWN: usize = 5;

/// Scripts that the markup names are told by `content.subresource-integrity` and `performance.third-parties`.
fn run(visit: &Visit<'_>, report: &mut Report) {
    for rendered in visit.rendered() {
        let served = visit.pages.iter().find(|page| page.url() == rendered.page.url());
        let named: HashSet<Url> =
            served.into_iter().flat_map(loads::loads).map(|load| load.url).collect();
        let mut parties: BTreeMap<&str, Vec<&Requested>> = BTreeMap::new();
        let is_run = |request: &&Requested| {
            request.kind == RequestKind::Script
                && matches!(request.result, RequestResult::Status(200..=299))
        };
        for request in rendered.rendering.requests.iter().filter(is_run) {
            let is_own = party::is_same_site(&request.url, rendered.page.url());
            if let Some(site) = party::site_of(&request.url).filter(|_| !is_own)
                && !named.contains(&request.url)
            {
                parties.entry(site).or_default().push(request);
            }
        }
        for (site, scripts) in parties {
            let mut found = Found::at(rendered.page.url())
                .key(site)
                .detail(format!("{site} is not named by the page; a script loads its code."));
            for script in scripts.iter().take(SHOWN) {
                found = found.evidence("script", address(&script.url));
            }
            let loader = scripts.iter().find_map(|script| match &script.initiator {
                Initiator::Script(Some(by)) if by != rendered.page.url() => Some(by),
                _ => None,
            });
            if let Some(loader) = loader {
                found = found.evidence("loaded by", address(loader));
            }
            report.add(found);
        }
    }
}
