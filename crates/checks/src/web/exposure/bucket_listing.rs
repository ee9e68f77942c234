use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{Check, Found, Report, Run, Visit, bodies, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.bucket-listing"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Exposure of Information Through Directory Listing.
    cwe: Some(Cwe(548)),
    reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    page: page!("exposure/bucket-listing"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (answer, text) in bodies::texts(visit).filter(|(answer, _)| answer.is_success()) {
        let start: String = text.trim_start().chars().take(300).collect();
        let is_list = start.contains("<ListBucketResult") || start.contains("<EnumerationResults");
        if is_list && !answer.is_html() {
            let count = text.matches("<Key>").count() + text.matches("<Blob>").count();
            report.add(
                Found::at(&answer.url)
                    .key("bucket")
                    .evidence("url", answer.url.as_str())
                    .evidence("count", format!("{count} files")),
            );
        }
    }
}
