use formats::web::email_dns::spf::Qualifier;
use model::{CheckId, Confidence, Cwe, Severity, site::dns::Dns};

use super::zone;
use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("dns.email-security"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Insufficient Verification of Data Authenticity.
    cwe: Some(Cwe(345)),
    reference: "https://www.rfc-editor.org/rfc/rfc7489",
    page: page!("dns/email-security"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(dns) = zone::of(visit) else { return };
    // Mail that seems to come from a domain that has none is noticed less, but believed as well.
    let severity = if zone::has_mail(dns) { Severity::Medium } else { Severity::Low };
    for found in spf(visit, dns).into_iter().chain(dmarc(visit, dns)) {
        report.add(Found { severity: Some(found.severity.unwrap_or(severity)), ..found });
    }
}

fn spf(visit: &Visit<'_>, dns: &Dns) -> Option<Found> {
    if dns.txt.is_unknown() {
        return None;
    }
    if zone::spf_records(dns).is_empty() {
        let found = zone::found(visit, "spf-missing").title("The domain has no SPF record");
        let found = if zone::has_mail(dns) {
            found.repair("Publish a TXT record at the domain that names the servers that send its mail, and ends in `-all` or `~all`.")
        } else {
            found.repair("Publish the TXT record `v=spf1 -all` at the domain: it sends no mail.")
        };
        return Some(zone::missing(found, &dns.domain, "TXT v=spf1"));
    }
    let (spf, text) = zone::spf(dns)?;
    // What a redirect leads to is not known here, and `+all` is `dns.spf-permissive`.
    let is_open = matches!(spf.all(), None | Some(Qualifier::Neutral)) && spf.redirect.is_none();
    (is_open && spf.errors.is_empty()).then(|| {
        let found = zone::found(visit, "spf-neutral")
            .title("The SPF record says nothing of other senders")
            .severity(Severity::Low)
            .repair("End the record in `-all` or `~all`.");
        zone::record(found, &dns.domain, "TXT", text)
    })
}

fn dmarc(visit: &Visit<'_>, dns: &Dns) -> Option<Found> {
    if dns.dmarc.records.is_unknown() {
        return None;
    }
    let records = zone::dmarc_records(dns);
    let name = format!("_dmarc.{}", dns.domain);
    match records.as_slice() {
        // What a wildcard answers for the host hides what stands at the domain.
        [] if !dns.dmarc.records.is_absent() && dns.dmarc.name != name => None,
        [] => {
            let found = zone::found(visit, "dmarc-missing")
                .title("The domain has no DMARC record")
                .repair(format!("Publish a TXT record at `{name}`: `v=DMARC1; p=reject` for a domain without mail; else begin with `p=none` and `rua=mailto:…`, and go on to `quarantine` when the reports show your own mail only."));
            Some(zone::missing(found, &name, "TXT v=DMARC1"))
        }
        [one] if zone::dmarc(dns).is_none() => {
            let found = zone::found(visit, "dmarc-no-policy")
                .title("The DMARC record has no policy")
                .repair("Give the record a policy: `p=none`, `p=quarantine` or `p=reject`, right behind `v=DMARC1;`.");
            Some(zone::record(found, &dns.dmarc.name, "TXT", one))
        }
        [_] => None,
        several => {
            let found = zone::found(visit, "dmarc-several")
                .title("There are several DMARC records")
                .detail("Receivers that find more than one heed none of them.")
                .repair("Keep one of the records, and delete the others.");
            let shown = several.iter().take(3);
            Some(shown.fold(found, |found, text| zone::record(found, &dns.dmarc.name, "TXT", text)))
        }
    }
}
