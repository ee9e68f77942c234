use model::{CheckId, Confidence, Cwe, Severity};

use super::end_of_life::{self, Ended};
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("platform.outdated-python"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Use of Unmaintained Third Party Components.
    cwe: Some(Cwe(1104)),
    reference: "https://devguide.python.org/versions/",
    page: page!("platform/outdated-python"),
    run: Run::Site(run),
};

/// <https://devguide.python.org/versions/>
const ENDED: &[Ended] = &[
    Ended { before: &[3], since: "2020-01-01" },
    Ended { before: &[3, 5], since: "2019-03-18" },
    Ended { before: &[3, 6], since: "2020-09-30" },
    Ended { before: &[3, 7], since: "2021-12-23" },
    Ended { before: &[3, 8], since: "2023-06-27" },
    Ended { before: &[3, 9], since: "2024-10-07" },
    Ended { before: &[3, 10], since: "2025-10-31" },
];

fn run(visit: &Visit<'_>, report: &mut Report) {
    end_of_life::judge(visit, report, "python", ENDED);
}
