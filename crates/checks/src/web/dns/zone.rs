//! What checks of a domain's records share.

use formats::web::email_dns::{
    dmarc::{self, Dmarc, Issue},
    spf::{self, Spf},
};
use model::site::dns::Dns;

use crate::web::{Found, Visit};

/// What is known of the domain, if it is a zone that its owner fills: below a name such as `github.io` are domains of many people, who have
/// no say in DNS.
pub(super) fn of<'s>(visit: &Visit<'s>) -> Option<&'s Dns> {
    visit.site.dns.as_ref().filter(|dns| !dns.ns.is_absent())
}

/// Something of the host or its domain.
pub(super) fn found(visit: &Visit<'_>, key: impl Into<String>) -> Found {
    Found::at(&visit.root()).key(key)
}

/// A record as evidence.
pub(super) fn record(found: Found, name: &str, kind: &str, value: &str) -> Found {
    found.evidence("record", format!("{name} {kind} {value}"))
}

/// That there is no such record, as evidence.
pub(super) fn missing(found: Found, name: &str, kind: &str) -> Found {
    found.evidence("missing", format!("{name} {kind}"))
}

/// Whether the domain takes mail: it names a server, and not only "none" (RFC 7505).
pub(super) fn has_mail(dns: &Dns) -> bool {
    dns.mx.records().iter().any(|mx| !mx.exchange.is_empty())
}

/// The domain's records of SPF. There should be one (RFC 7208, section 3.2).
pub(super) fn spf_records(dns: &Dns) -> Vec<&str> {
    dns.txt.records().iter().map(String::as_str).filter(|text| spf::is_spf(text)).collect()
}

/// The domain's SPF, where there is exactly one.
pub(super) fn spf(dns: &Dns) -> Option<(Spf, &str)> {
    match spf_records(dns).as_slice() {
        [one] => Some((Spf::parse(one)?, one)),
        _ => None,
    }
}

/// The records of DMARC. There should be one (RFC 7489, section 6.6.3).
pub(super) fn dmarc_records(dns: &Dns) -> Vec<&str> {
    let texts = dns.dmarc.records.records().iter().map(String::as_str);
    texts.filter(|text| dmarc::is_dmarc(text)).collect()
}

/// DMARC, where there is exactly one record that receivers heed: one without a policy counts as `none` if it says where reports go.
pub(super) fn dmarc(dns: &Dns) -> Option<(Dmarc, &str)> {
    let [one] = dmarc_records(dns)[..] else { return None };
    let dmarc = Dmarc::parse(one)?;
    let is_ignored = dmarc.issues.contains(&Issue::NoPolicy) && dmarc.aggregate_reports.is_empty();
    (!is_ignored).then_some((dmarc, one))
}
