use model::{CheckId, Confidence, Cwe, Severity};

use super::{
    answers::{answers, last_segment, shown},
    rows::Row,
};
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("backends.supabase-readable-table"),
    severity: Severity::High,
    confidence: Confidence::Medium,
    // Missing Authorization.
    cwe: Some(Cwe(862)),
    reference: "https://supabase.com/docs/guides/database/postgres/row-level-security",
    page: page!("backends/supabase-readable-table"),
    run: Run::Site(run),
};

/// An empty list says nothing: row level security hides rows without saying so.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let tables = answers(visit, |url| {
        url.path().starts_with("/rest/v1/").then(|| last_segment(url)).flatten()
    });
    for (table, answer, rows) in tables {
        let rows = rows.as_ref().and_then(|rows| rows.as_array());
        if let Some(row) = rows.and_then(|rows| rows.first()).and_then(|row| row.as_object()) {
            report.add(Row::of(row).told(&shown(&answer.url), &table));
        }
    }
}
