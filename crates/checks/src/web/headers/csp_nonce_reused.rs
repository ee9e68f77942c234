use std::collections::BTreeMap;

use formats::web::csp::Source;
use model::{CheckId, Confidence, Cwe, Severity};
use url::Url;

use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.csp-nonce-reused"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Use of Insufficiently Random Values.
    cwe: Some(Cwe(330)),
    reference: "https://www.w3.org/TR/CSP3/#security-nonces",
    page: page!("headers/csp-nonce-reused"),
    run: Run::Site(run),
};

/// CSP 3, 7.1: a nonce is made anew for each answer.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let mut seen: BTreeMap<String, &Url> = BTreeMap::new();
    for page in &visit.pages {
        let all = page.policies();
        let directives = all.policies.enforced().filter_map(|p| p.effective("script-src-elem"));
        let nonces = directives.flat_map(|directive| directive.sources()).filter_map(|source| {
            if let Source::Nonce(nonce) = source { Some(nonce) } else { None }
        });
        for nonce in nonces {
            let first = *seen.entry(nonce.clone()).or_insert(page.url());
            if first != page.url() {
                let found = Found::at(page.url())
                    .key("reused")
                    .detail("Two answers carry the same nonce.")
                    .evidence("url", first.as_str());
                report.add(all.show(found, "script-src-elem"));
                break;
            }
        }
    }
}
