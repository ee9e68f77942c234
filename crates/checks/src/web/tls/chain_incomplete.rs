use model::{CheckId, Confidence, Severity, site::tls::Distrust};

use super::endpoint;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("tls.chain-incomplete"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2",
    page: page!("tls/chain-incomplete"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(tls) = &visit.site.tls else { return };
    if !endpoint::refusals(tls).contains(&Distrust::Incomplete) {
        return;
    }
    let mut found = endpoint::found(visit, "intermediate")
        .evidence("certificates", tls.chain.len().to_string());
    if let Some(last) = tls.chain.last() {
        found = found.evidence("missing", &last.issuer);
        if let Some(url) = last.issuer_urls.first() {
            found = found.evidence("url", url);
        }
    }
    report.add(found);
}
