use model::{CheckId, Confidence, Severity, site::Role};

use super::transfer::is_uncompressed_text;
use crate::web::{
    Check, Found, Report, Run, Visit,
    loads::{is_own, size},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.compression"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Compression",
    page: page!("performance/compression"),
    run: Run::Site(run),
};

/// So many are shown.
const MAX_SHOWN: usize = 5;

/// Text beside the pages; those are judged by `performance.delivery`.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let roles = [Role::Script, Role::Style, Role::Image, Role::Font, Role::Manifest];
    let mut plain: Vec<_> = roles
        .into_iter()
        .flat_map(|role| visit.answered(role))
        .map(|(_, answer)| answer)
        .filter(|answer| {
            answer.is_success() && is_own(visit, &answer.url) && is_uncompressed_text(answer)
        })
        .collect();
    plain.sort_by_key(|answer| std::cmp::Reverse(answer.wire_bytes));
    let Some(largest) = plain.first() else { return };
    let all: u64 = plain.iter().map(|answer| answer.wire_bytes).sum();
    let mut found = Found::at(&largest.url)
        .key("compression")
        .detail(format!("{} files of text come as they are, {} together.", plain.len(), size(all)))
        .evidence("count", plain.len().to_string());
    for answer in plain.iter().take(MAX_SHOWN) {
        found = found.evidence("url", format!("{} ({})", answer.url, size(answer.wire_bytes)));
    }
    report.add(found);
}
