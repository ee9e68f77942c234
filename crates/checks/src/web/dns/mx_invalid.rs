use core::net::IpAddr;

use model::{CheckId, Confidence, Severity, site::dns::Mx};

use super::zone;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("dns.mx-invalid"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc5321#section-5.1",
    page: page!("dns/mx-invalid"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(dns) = zone::of(visit) else { return };
    let records = dns.mx.records();
    for mx in records {
        let Some((key, detail)) = mistake(mx, records.len()) else { continue };
        let exchange = if mx.exchange.is_empty() { "." } else { &mx.exchange };
        let value = format!("{} {exchange}", mx.preference);
        let found = zone::found(visit, key).detail(detail);
        report.add(zone::record(found, &dns.domain, "MX", &value));
    }
}

/// Key and sentence.
fn mistake(mx: &Mx, count: usize) -> Option<(&'static str, &'static str)> {
    if mx.exchange.is_empty() && count > 1 {
        // RFC 7505, section 3.
        Some((
            "null",
            "The record for \"no mail\" stands beside others, so that it is not clear what holds.",
        ))
    } else if mx.exchange.parse::<IpAddr>().is_ok() {
        Some((
            "address",
            "An address stands there instead of a name; servers that send look for a name.",
        ))
    } else if mx.exchange == "localhost" || mx.exchange.ends_with(".localhost") {
        Some(("localhost", "Each server that sends takes that for itself."))
    } else {
        None
    }
}
