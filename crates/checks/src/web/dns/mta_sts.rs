use formats::web::email_dns::transport::mta_sts_id;
use model::{CheckId, Confidence, Severity};

use super::zone;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("dns.mta-sts"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc8461",
    page: page!("dns/mta-sts"),
    run: Run::Site(run),
};

/// RFC 8461, section 3.1: of records that do not begin with `v=STSv1` none counts; if there is not exactly one left, there is no policy.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(dns) = zone::of(visit).filter(|dns| zone::has_mail(dns)) else { return };
    if dns.mta_sts.is_unknown() {
        return;
    }
    let name = format!("_mta-sts.{}", dns.domain);
    let texts = dns.mta_sts.records().iter();
    let records: Vec<_> = texts.filter(|text| text.starts_with("v=STSv1")).collect();
    match records.as_slice() {
        [] => report.add(zone::missing(zone::found(visit, "missing"), &name, "TXT v=STSv1")),
        [one] if mta_sts_id(one).is_some() => {}
        several => {
            let detail = match several {
                [_] => "The record has no valid `id`: 1 to 32 letters and digits.",
                _ => "There are several records, so that none counts.",
            };
            let found = zone::found(visit, "invalid")
                .title("The MTA-STS record has no effect")
                .severity(Severity::Low)
                .detail(detail);
            let shown = several.iter().take(3);
            report.add(shown.fold(found, |found, text| zone::record(found, &name, "TXT", text)));
        }
    }
}
