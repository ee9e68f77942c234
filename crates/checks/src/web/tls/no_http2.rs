use model::{CheckId, Confidence, Severity, site::tls::Answer};

use super::endpoint;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("tls.no-http2"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc9113#section-3.2",
    page: page!("tls/no-http2"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(tls) = &visit.site.tls else { return };
    // A handshake that works without it, so that it is not the endpoint that failed.
    if tls.alpn_h2 == Answer::No && tls.alpn_http_1_1 == Answer::Yes {
        report.add(endpoint::found(visit, "h2").evidence("negotiated", "http/1.1"));
    }
}
