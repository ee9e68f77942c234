use model::{CheckId, Confidence, Cwe, Severity};
use url::Url;

use super::{
    answers::{answers, shown},
    rows::Row,
};
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("backends.appwrite-open-collection"),
    severity: Severity::High,
    confidence: Confidence::Medium,
    // Missing Authorization.
    cwe: Some(Cwe(862)),
    reference: "https://appwrite.io/docs/advanced/platform/permissions",
    page: page!("backends/appwrite-open-collection"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (collection, answer, list) in answers(visit, collection) {
        let rows = list.as_ref().and_then(|list| list.get("documents").or(list.get("rows")));
        let row = rows.and_then(|rows| rows.get(0)).and_then(|row| row.as_object());
        if let Some(row) = row {
            // `$id`, `$createdAt` and their like are Appwrite's.
            let row = Row::of(row).without(|name| name.starts_with('$'));
            report.add(row.told(&shown(&answer.url), &collection));
        }
    }
}

/// `…/databases/<id>/collections/<id>/documents`, `…/tablesdb/<id>/tables/<id>/rows`.
fn collection(url: &Url) -> Option<String> {
    let parts: Vec<&str> = url.path_segments()?.rev().take(5).collect();
    match parts.as_slice() {
        ["documents", collection, "collections", _, "databases"]
        | ["rows", collection, "tables", _, "tablesdb"] => Some((*collection).to_owned()),
        _ => None,
    }
}
