use core::net::{IpAddr, Ipv6Addr};

use model::{CheckId, Confidence, Cwe, Severity};

use super::zone;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("dns.private-address"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Exposure of Sensitive System Information to an Unauthorized Control Sphere.
    cwe: Some(Cwe(497)),
    reference: "https://www.rfc-editor.org/rfc/rfc1918",
    page: page!("dns/private-address"),
    run: Run::Site(run),
};

/// A host with private addresses only is an internal one, as far as it can be seen from here, and meant to be.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(dns) = &visit.site.dns else { return };
    let all = dns.a.records().iter().chain(dns.aaaa.records());
    let read = all.filter_map(|text| text.parse::<IpAddr>().ok());
    let (private, public): (Vec<_>, Vec<_>) = read.partition(|address| is_private(*address));
    if private.is_empty() || public.is_empty() {
        return;
    }
    let found = zone::found(visit, "private");
    report.add(private.iter().take(3).fold(found, |found, address| {
        let kind = if address.is_ipv4() { "A" } else { "AAAA" };
        zone::record(found, &dns.host, kind, &address.to_string())
    }));
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_unspecified()
        }
        IpAddr::V6(address) => {
            address == Ipv6Addr::LOCALHOST
                || address.is_unspecified()
                || address.is_unique_local()
                || address.is_unicast_link_local()
        }
    }
}
