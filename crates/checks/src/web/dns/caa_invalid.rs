use formats::web::email_dns::caa::{Caa, Property};
use model::{CheckId, Confidence, Severity, site::dns};

use super::zone;
use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("dns.caa-invalid"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc8659#section-4",
    page: page!("dns/caa-invalid"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(dns) = zone::of(visit) else { return };
    let records = dns.caa.records.records();
    let with = |found: Found, record: &dns::Caa| {
        let flags = if record.critical { 128 } else { 0 };
        let value = format!("{flags} {} \"{}\"", record.tag, record.value);
        zone::record(found, &dns.caa.name, "CAA", &value)
    };
    let mut restricts = false;
    let mut restricts_wildcards = false;
    for record in records {
        let flags = if record.critical { 0x80 } else { 0 };
        let caa = Caa::new(flags, &record.tag, &record.value);
        restricts |= matches!(caa.property, Property::Issue(_));
        restricts_wildcards |= matches!(caa.property, Property::IssueWild(_));
        if let Some((key, detail)) = mistake(&caa, &record.value) {
            report.add(with(zone::found(visit, key).detail(detail), record));
        }
    }
    if let Some(first) = records.first().filter(|_| !restricts) {
        let found = zone::found(visit, "no-issue")
            .title("CAA records let every authority issue")
            .detail(if restricts_wildcards {
                "There is `issuewild` and no `issue`: only wildcards are restricted."
            } else {
                "There is no `issue` among them."
            })
            .repair("Add a record `0 issue \"…\"` with the authority that you use.");
        report.add(with(found, first));
    }
}

/// Key and sentence.
fn mistake(caa: &Caa, value: &str) -> Option<(&'static str, String)> {
    match &caa.property {
        Property::Issue(issuer) | Property::IssueWild(issuer) => {
            let said = value.split(';').next().unwrap_or_default().trim();
            (issuer.domain.is_none() && !said.is_empty()).then(|| {
                (
                    "issuer",
                    "Its value is no domain name, so that it forbids every authority.".into(),
                )
            })
        }
        Property::Iodef(address) => {
            let is_address =
                ["mailto:", "https:", "http:"].iter().any(|scheme| address.starts_with(scheme));
            (!is_address).then(|| ("iodef", "`iodef` needs `mailto:` or `https:`.".into()))
        }
        // Those that are registered and not read here are no mistake where an authority may ignore them.
        Property::Other(_) if caa.is_critical => Some((
            "critical",
            "It is marked critical, and authorities that do not know it issue nothing.".into(),
        )),
        Property::IssueMail(_) | Property::Other(_) => None,
    }
}
