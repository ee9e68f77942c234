use model::{CheckId, Confidence, Cwe, Severity};

use super::{heads, transport};
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.hsts-short"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Cleartext Transmission of Sensitive Information.
    cwe: Some(Cwe(319)),
    reference: "https://www.rfc-editor.org/rfc/rfc6797#section-6.1.1",
    page: page!("headers/hsts-short"),
    run: Run::Site(run),
};

/// 180 days, under which scanners and the guides of browsers' makers call a policy short.
const SHORT_SECONDS: u64 = 180 * DAY_SECONDS;
const DAY_SECONDS: u64 = 24 * 60 * 60;

fn run(visit: &Visit<'_>, report: &mut Report) {
    for stated in transport::of(visit) {
        let Ok(policy) = &stated.policy else { continue };
        if policy.max_age >= SHORT_SECONDS {
            continue;
        }
        let found = heads::found(&stated.head, transport::NAME, stated.field);
        let (key, detail) = match policy.max_age / DAY_SECONDS {
            _ if policy.max_age == 0 => {
                ("zero", "`max-age=0` makes browsers forget the policy.".to_owned())
            }
            0 => ("short", "Browsers forget it within a day of a visit.".to_owned()),
            days => ("short", format!("Browsers forget it {days} days after a visit.")),
        };
        report.add(found.key(key).detail(detail));
    }
}
