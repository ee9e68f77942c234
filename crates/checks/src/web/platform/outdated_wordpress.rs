use model::{CheckId, Confidence, Cwe, Severity};

use super::end_of_life::{self, Ended};
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("platform.outdated-wordpress"),
    severity: Severity::High,
    confidence: Confidence::High,
    // Use of Unmaintained Third Party Components.
    cwe: Some(Cwe(1104)),
    reference: "https://wordpress.org/about/roadmap/",
    page: page!("platform/outdated-wordpress"),
    run: Run::Site(run),
};

/// When the WordPress security team stopped to bring repairs to these versions.
const ENDED: &[Ended] =
    &[Ended { before: &[4, 1], since: "2022-12-01" }, Ended { before: &[4, 7], since: "2025-07" }];

fn run(visit: &Visit<'_>, report: &mut Report) {
    end_of_life::judge(visit, report, "wordpress", ENDED);
}
