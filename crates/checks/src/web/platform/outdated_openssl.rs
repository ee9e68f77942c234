use model::{CheckId, Confidence, Cwe, Severity};

use super::end_of_life::{self, Ended};
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("platform.outdated-openssl"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Use of Unmaintained Third Party Components.
    cwe: Some(Cwe(1104)),
    reference: "https://openssl-library.org/policies/releasestrat/",
    page: page!("platform/outdated-openssl"),
    run: Run::Site(run),
};

/// The end of public support; 1.0.2 and 1.1.1 were the last of their lines.
const ENDED: &[Ended] = &[
    Ended { before: &[1], since: "2015-12-31" },
    Ended { before: &[1, 0, 1], since: "2015-12-31" },
    Ended { before: &[1, 0, 2], since: "2016-12-31" },
    Ended { before: &[1, 1], since: "2019-12-31" },
    Ended { before: &[1, 1, 1], since: "2019-09-11" },
    Ended { before: &[3], since: "2023-09-11" },
];

fn run(visit: &Visit<'_>, report: &mut Report) {
    end_of_life::judge(visit, report, "openssl", ENDED);
}
