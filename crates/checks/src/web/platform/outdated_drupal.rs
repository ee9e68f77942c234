use model::{CheckId, Confidence, Cwe, Severity};

use super::end_of_life::{self, Ended};
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("platform.outdated-drupal"),
    severity: Severity::High,
    confidence: Confidence::High,
    // Use of Unmaintained Third Party Components.
    cwe: Some(Cwe(1104)),
    reference: "https://www.drupal.org/about/core/policies/core-release-cycles/schedule",
    page: page!("platform/outdated-drupal"),
    run: Run::Site(run),
};

/// Drupal's announcements; 7 was supported longer than 8 and 9.
const ENDED: &[Ended] = &[
    Ended { before: &[7], since: "2016-02-24" },
    Ended { before: &[8], since: "2025-01-05" },
    Ended { before: &[9], since: "2021-11-02" },
    Ended { before: &[10], since: "2023-11-01" },
];

fn run(visit: &Visit<'_>, report: &mut Report) {
    end_of_life::judge(visit, report, "drupal", ENDED);
}
