use std::collections::BTreeSet;

use model::{CheckId, Confidence, Cwe, Severity};

use super::zone;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("dns.dnssec-weak"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Use of Weak Hash.
    cwe: Some(Cwe(328)),
    reference: "https://www.rfc-editor.org/rfc/rfc9905",
    page: page!("dns/dnssec-weak"),
    run: Run::Site(run),
};

/// SHA-1 as the digest of a key.
const DIGEST_SHA1: u8 = 1;

/// RFC 8624, section 3, and RFC 9905. A digest of SHA-1 beside a better one is not looked at (RFC 4509, section 3).
fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(dns) = zone::of(visit) else { return };
    let said = dns.ds.records();
    if said.is_empty() {
        return;
    }
    let retired = dns.dnskey.records().iter().filter_map(|key| retired(key.algorithm));
    for name in retired.collect::<BTreeSet<_>>() {
        let found = zone::found(visit, "algorithm").detail(format!("Keys are of the kind {name}."));
        report.add(zone::record(found, &dns.domain, "DNSKEY", name));
    }
    if said.iter().all(|ds| ds.digest_type == DIGEST_SHA1) {
        let found = zone::found(visit, "digest")
            .detail("The parent zone knows the key by a digest of SHA-1 only.")
            .repair("Give the registrar a DS record with digest type 2 (SHA-256), and have the old one deleted.");
        report.add(zone::record(found, &dns.domain, "DS", "digest type 1"));
    }
}

/// By IANA's number.
const fn retired(algorithm: u8) -> Option<&'static str> {
    match algorithm {
        1 => Some("RSAMD5"),
        3 => Some("DSA"),
        5 => Some("RSASHA1"),
        6 => Some("DSA-NSEC3-SHA1"),
        7 => Some("RSASHA1-NSEC3-SHA1"),
        12 => Some("ECC-GOST"),
        _ => None,
    }
}
