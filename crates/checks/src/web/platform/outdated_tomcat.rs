use model::{CheckId, Confidence, Cwe, Severity};

use super::end_of_life::{self, Ended};
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("platform.outdated-tomcat"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Use of Unmaintained Third Party Components.
    cwe: Some(Cwe(1104)),
    reference: "https://tomcat.apache.org/whichversion.html",
    page: page!("platform/outdated-tomcat"),
    run: Run::Site(run),
};

/// Announcements of the Apache Tomcat project.
const ENDED: &[Ended] = &[
    Ended { before: &[6], since: "2012-09-30" },
    Ended { before: &[7], since: "2016-12-31" },
    Ended { before: &[8], since: "2021-03-31" },
    Ended { before: &[8, 5], since: "2018-06-30" },
    Ended { before: &[9], since: "2024-03-31" },
];

fn run(visit: &Visit<'_>, report: &mut Report) {
    end_of_life::judge(visit, report, "tomcat", ENDED);
}
