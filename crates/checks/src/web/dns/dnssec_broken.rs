use model::{CheckId, Confidence, Severity, site::dns::Dns};

use super::zone;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("dns.dnssec-broken"),
    severity: Severity::High,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc4035#section-5.2",
    page: page!("dns/dnssec-broken"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(dns) = zone::of(visit) else { return };
    let Some((key, detail)) = mistake(dns) else { return };
    let found = zone::found(visit, key).detail(detail);
    let shown = dns.ds.records().iter().take(3);
    report.add(shown.fold(found, |found, ds| {
        let value = format!("{} {} {}", ds.key_tag, ds.algorithm, ds.digest_type);
        zone::record(found, &dns.domain, "DS", &value)
    }));
}

fn mistake(dns: &Dns) -> Option<(&'static str, &'static str)> {
    let (said, keys) = (dns.ds.records(), dns.dnskey.records());
    if said.is_empty() {
        return None;
    }
    if dns.dnskey.is_absent() {
        return Some(("no-keys", "The parent zone vouches for keys, and the domain has none."));
    }
    // RFC 4035, section 5.2: a key counts only with the algorithm that the parent names.
    let is_led_to = said.iter().any(|ds| keys.iter().any(|key| key.algorithm == ds.algorithm));
    (!keys.is_empty() && !is_led_to).then_some((
        "other-keys",
        "None of the domain's keys is of a kind that the parent zone vouches for.",
    ))
}
