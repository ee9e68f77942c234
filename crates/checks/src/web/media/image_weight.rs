use model::{CheckId, Confidence, Severity, site::Role};

use crate::web::{
    Check, Found, Report, Run, Visit,
    loads::{size, wire_bytes},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("media.image-weight"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://web.dev/learn/images/performance-issues",
    page: page!("media/image-weight"),
    run: Run::Site(run),
};

/// More than a photograph across a large screen needs.
const HEAVY_BYTES: u64 = 500_000;
/// So many are shown.
const MAX_SHOWN: usize = 5;

fn run(visit: &Visit<'_>, report: &mut Report) {
    let mut heavy: Vec<_> = visit
        .answered(Role::Image)
        .filter(|(_, answer)| answer.is_success())
        .map(|(_, answer)| (wire_bytes(answer), &answer.url))
        .filter(|(bytes, _)| *bytes > HEAVY_BYTES)
        .collect();
    heavy.sort_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
    let Some((most, largest)) = heavy.first() else { return };
    let mut found = Found::at(largest)
        .key("weight")
        .detail(format!(
            "The largest image has {}; {} have more than {}.",
            size(*most),
            heavy.len(),
            size(HEAVY_BYTES)
        ))
        .evidence("count", heavy.len().to_string());
    for (bytes, url) in heavy.iter().take(MAX_SHOWN) {
        found = found.evidence("url", format!("{url} ({})", size(*bytes)));
    }
    report.add(found);
}
