use model::{CheckId, Confidence, Cwe, Severity};

use super::answers::{answers, shown};
use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("backends.firebase-open-storage"),
    severity: Severity::High,
    confidence: Confidence::High,
    // Exposure of Information Through Directory Listing.
    cwe: Some(Cwe(548)),
    reference: "https://firebase.google.com/docs/storage/security",
    page: page!("backends/firebase-open-storage"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let lists = answers(visit, |url| {
        let is_storage = url.host_str() == Some("firebasestorage.googleapis.com");
        let mut parts = url.path_segments().filter(|_| is_storage)?;
        (parts.next() == Some("v0") && parts.next() == Some("b")).then_some(())?;
        parts.next().map(str::to_owned)
    });
    for (bucket, answer, list) in lists {
        let items = list.as_ref().and_then(|list| list.get("items")?.as_array());
        if items.is_some_and(|items| !items.is_empty()) {
            report.add(
                Found::at(&shown(&answer.url))
                    .key(bucket.as_str())
                    .evidence("bucket", &bucket)
                    .evidence("count", "1 (no more was asked for)"),
            );
        }
    }
}
