use model::{CheckId, Confidence, Cwe, Severity};

use super::{
    answers::{answers, last_segment, shown},
    rows::Row,
};
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("backends.firestore-open-collection"),
    severity: Severity::High,
    confidence: Confidence::Medium,
    // Missing Authorization.
    cwe: Some(Cwe(862)),
    reference: "https://firebase.google.com/docs/firestore/security/get-started",
    page: page!("backends/firestore-open-collection"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let collections = answers(visit, |url| {
        let is_firestore = url.host_str() == Some("firestore.googleapis.com");
        is_firestore.then(|| last_segment(url)).flatten()
    });
    for (collection, answer, list) in collections {
        let first = list.as_ref().and_then(|list| list.pointer("/documents/0/fields"));
        if let Some(fields) = first.and_then(|fields| fields.as_object()) {
            report.add(Row::of(fields).told(&shown(&answer.url), &collection));
        }
    }
}
