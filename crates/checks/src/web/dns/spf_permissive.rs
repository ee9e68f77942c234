use formats::web::email_dns::spf::{Mechanism, MechanismKind, Qualifier};
use model::{CheckId, Confidence, Cwe, Severity};

use super::zone;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("dns.spf-permissive"),
    severity: Severity::High,
    confidence: Confidence::High,
    // Insufficient Verification of Data Authenticity.
    cwe: Some(Cwe(345)),
    reference: "https://www.rfc-editor.org/rfc/rfc7208#section-5.1",
    page: page!("dns/spf-permissive"),
    run: Run::Site(run),
};

/// Nobody sends from so much of all IPv4 addresses: `/7` and shorter.
const WIDE_IP4: u8 = 7;
/// Registries give no one so much (`/12` is what they get themselves).
const WIDE_IP6: u8 = 11;

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(dns) = zone::of(visit) else { return };
    let Some((spf, text)) = zone::spf(dns) else { return };
    if let Some(open) = spf.mechanisms.iter().find(|mechanism| is_open(mechanism)) {
        let found = zone::found(visit, "open").detail(match open.kind {
            MechanismKind::All => "`+all` lets everybody send.".to_owned(),
            _ => format!("`{}` lets a large part of the internet send.", open.value),
        });
        report.add(zone::record(found, &dns.domain, "TXT", text));
    }
}

fn is_open(mechanism: &Mechanism) -> bool {
    if mechanism.qualifier != Qualifier::Pass {
        return false;
    }
    let is_wide = |most: u8| {
        let length = mechanism.value.rsplit_once('/').and_then(|(_, length)| length.parse().ok());
        length.is_some_and(|length: u8| length <= most)
    };
    match mechanism.kind {
        MechanismKind::All => true,
        MechanismKind::Ip4 => is_wide(WIDE_IP4),
        MechanismKind::Ip6 => is_wide(WIDE_IP6),
        _ => false,
    }
}
