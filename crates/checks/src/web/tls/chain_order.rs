use model::{CheckId, Confidence, Severity, site::tls::ChainOrder};

use super::endpoint;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("tls.chain-order"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc5246#section-7.4.2",
    page: page!("tls/chain-order"),
    run: Run::Site(run),
};

/// Most certificates that a finding shows.
const SHOWN: usize = 6;

/// TLS 1.2 demands the order (RFC 5246, section 7.4.2); clients of TLS 1.3 put up with another, and with certificates too many.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(tls) = &visit.site.tls else { return };
    let found = match tls.chain_order {
        ChainOrder::OutOfOrder => endpoint::found(visit, "order"),
        ChainOrder::Unrelated => endpoint::found(visit, "unrelated")
            .title("Certificates are sent that do not belong to the chain")
            .severity(Severity::Info)
            .repair("Leave out what does not lead from the server's certificate to its authority."),
        ChainOrder::InOrder | ChainOrder::Unknown => return,
    };
    let shown = tls.chain.iter().take(SHOWN);
    report.add(
        shown.fold(found, |found, certificate| found.evidence("subject", &certificate.subject)),
    );
}
