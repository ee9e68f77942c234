use model::{CheckId, Confidence, Cwe, Severity};

use super::end_of_life::{self, Ended};
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("platform.outdated-php"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Use of Unmaintained Third Party Components.
    cwe: Some(Cwe(1104)),
    reference: "https://www.php.net/eol.php",
    page: page!("platform/outdated-php"),
    run: Run::Site(run),
};

/// <https://www.php.net/eol.php>, <https://www.php.net/supported-versions.php>
const ENDED: &[Ended] = &[
    Ended { before: &[5, 3], since: "2011-01-06" },
    Ended { before: &[5, 4], since: "2014-08-14" },
    Ended { before: &[5, 5], since: "2015-09-03" },
    Ended { before: &[5, 6], since: "2016-07-21" },
    Ended { before: &[7], since: "2018-12-31" },
    Ended { before: &[7, 1], since: "2019-01-10" },
    Ended { before: &[7, 2], since: "2019-12-01" },
    Ended { before: &[7, 3], since: "2020-11-30" },
    Ended { before: &[7, 4], since: "2021-12-06" },
    Ended { before: &[8], since: "2022-11-28" },
    Ended { before: &[8, 1], since: "2023-11-26" },
    Ended { before: &[8, 2], since: "2025-12-31" },
];

fn run(visit: &Visit<'_>, report: &mut Report) {
    end_of_life::judge(visit, report, "php", ENDED);
}
