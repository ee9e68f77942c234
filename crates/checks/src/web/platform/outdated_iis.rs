use model::{CheckId, Confidence, Cwe, Severity};

use super::end_of_life::{self, Ended};
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("platform.outdated-iis"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Use of Unmaintained Third Party Components.
    cwe: Some(Cwe(1104)),
    reference: "https://learn.microsoft.com/en-us/lifecycle/products/internet-information-services-iis",
    page: page!("platform/outdated-iis"),
    run: Run::Site(run),
};

/// The end of extended support of Windows 2000, and of Windows Server 2003, 2008 (R2) and 2012 (R2).
const ENDED: &[Ended] = &[
    Ended { before: &[6], since: "2010-07-13" },
    Ended { before: &[7], since: "2015-07-14" },
    Ended { before: &[8], since: "2020-01-14" },
    Ended { before: &[10], since: "2023-10-10" },
];

fn run(visit: &Visit<'_>, report: &mut Report) {
    end_of_life::judge(visit, report, "microsoft-iis", ENDED);
}
