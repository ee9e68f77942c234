use model::{CheckId, Confidence, Severity, site::tls::Distrust};

use super::endpoint;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("tls.certificate-expired"),
    severity: Severity::High,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5",
    page: page!("tls/certificate-expired"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(tls) = &visit.site.tls else { return };
    let Some(leaf) = tls.chain.first() else { return };
    let over = visit.site.at_ms.saturating_sub(leaf.not_after_ms);
    if over > 0 {
        let found = endpoint::found(visit, "certificate")
            .detail(format!("It expired {} ago.", endpoint::span(over)));
        report.add(endpoint::with_certificate(found, leaf));
        return;
    }
    // An old certificate further up matters only where no other way leads to an authority.
    if endpoint::refusals(tls).contains(&Distrust::Expired) {
        let is_over = |ms: i64| ms < visit.site.at_ms;
        let found = endpoint::found(visit, "chain")
            .title("A certificate of the chain has expired")
            .repair("Send the intermediates that belong to the certificate today; the authority has them.");
        let expired = tls.chain.iter().find(|certificate| is_over(certificate.not_after_ms));
        report.add(match expired {
            Some(certificate) => endpoint::with_certificate(found, certificate),
            None => endpoint::with_certificate(found, leaf),
        });
    }
}
