use model::{CheckId, Confidence, Cwe, Severity};

use super::end_of_life::{self, Ended};
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("platform.outdated-nginx"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    // Use of Unmaintained Third Party Components.
    cwe: Some(Cwe(1104)),
    reference: "https://nginx.org/en/download.html",
    page: page!("platform/outdated-nginx"),
    run: Run::Site(run),
};

/// The days on which the next stable version came out (<https://nginx.org/en/CHANGES-1.28>).
const ENDED: &[Ended] = &[
    Ended { before: &[1, 20], since: "2021-04-20" },
    Ended { before: &[1, 22], since: "2022-05-24" },
    Ended { before: &[1, 24], since: "2023-04-11" },
    Ended { before: &[1, 26], since: "2024-04-23" },
    Ended { before: &[1, 28], since: "2025-04-23" },
];

fn run(visit: &Visit<'_>, report: &mut Report) {
    end_of_life::judge(visit, report, "nginx", ENDED);
}
