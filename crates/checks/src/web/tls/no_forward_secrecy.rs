use model::{
    CheckId, Confidence, Cwe, Severity,
    site::tls::{Answer, WeakOffer, Weakness},
};

use super::endpoint;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("tls.no-forward-secrecy"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Inadequate Encryption Strength.
    cwe: Some(Cwe(326)),
    reference: "https://www.rfc-editor.org/rfc/rfc9325#section-4.1",
    page: page!("tls/no-forward-secrecy"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(tls) = &visit.site.tls else { return };
    let is_static = |offer: &&WeakOffer| {
        let kind = matches!(offer.weakness, Weakness::StaticRsa | Weakness::StaticDh);
        kind && offer.accepted == Answer::Yes
    };
    let accepted: Vec<_> = tls.weak_suites.iter().filter(is_static).collect();
    if !accepted.is_empty() {
        let suites = accepted.into_iter().flat_map(|offer| &offer.suites);
        report.add(endpoint::with_suites(endpoint::found(visit, "static"), suites));
    }
}
