use model::{CheckId, Confidence, Cwe, Severity};

use super::end_of_life::{self, Ended};
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("platform.outdated-apache"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Use of Unmaintained Third Party Components.
    cwe: Some(Cwe(1104)),
    reference: "https://httpd.apache.org/download.cgi",
    page: page!("platform/outdated-apache"),
    run: Run::Site(run),
};

/// Announcements of the Apache HTTP Server Project for 1.3, 2.0 and 2.2.
const ENDED: &[Ended] = &[
    Ended { before: &[2], since: "2010-02-03" },
    Ended { before: &[2, 2], since: "2013-07-10" },
    Ended { before: &[2, 4], since: "2017-12-31" },
];

fn run(visit: &Visit<'_>, report: &mut Report) {
    end_of_life::judge(visit, report, "apache", ENDED);
}
