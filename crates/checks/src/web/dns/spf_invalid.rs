use formats::web::email_dns::spf::{Error, MAX_LOOKUPS};
use model::{CheckId, Confidence, Severity};

use super::zone;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("dns.spf-invalid"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc7208#section-4.6",
    page: page!("dns/spf-invalid"),
    run: Run::Site(run),
};

/// Most records that a finding shows.
const SHOWN: usize = 3;

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(dns) = zone::of(visit) else { return };
    let records = zone::spf_records(dns);
    if records.len() > 1 {
        let found = zone::found(visit, "several")
            .title("There are several SPF records")
            .repair("Put what the records name into one, and delete the others.");
        let shown = records.iter().take(SHOWN);
        report.add(shown.fold(found, |found, text| zone::record(found, &dns.domain, "TXT", text)));
        return;
    }
    let Some((spf, text)) = zone::spf(dns) else { return };
    if spf.errors.contains(&Error::TooManyLookups) {
        let found = zone::found(visit, "lookups")
            .title("The SPF record asks DNS too often")
            .detail(format!(
                "It needs {} lookups, without those of the records that it includes; {MAX_LOOKUPS} are the most.",
                spf.lookups()
            ))
            .repair("Take out services that no longer send for the domain, and name networks with `ip4` and `ip6`, which ask nothing.");
        report.add(zone::record(found, &dns.domain, "TXT", text));
    }
    let mut mistakes = spf.errors.iter().filter(|error| **error != Error::TooManyLookups);
    if let Some(first) = mistakes.next() {
        let more = mistakes.count();
        let detail = match more {
            0 => format!("{first}."),
            more => format!("{first}; and {more} more."),
        };
        let found = zone::found(visit, "syntax").detail(detail);
        report.add(zone::record(found, &dns.domain, "TXT", text));
    }
}
