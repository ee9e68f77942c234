use model::{CheckId, Confidence, Severity};

use crate::web::{
    Check, Found, Page, Report, Run, Visit,
    loads::{Fetched, loads, size, wire_bytes},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.page-weight"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://almanac.httparchive.org/en/2024/page-weight",
    page: page!("performance/page-weight"),
    run: Run::Page(run),
};

/// More than three in four pages of the web had in 2024.
const HEAVY_BYTES: u64 = 5_000_000;
/// About the median page.
const LARGE_BYTES: u64 = 3_000_000;
/// So many are shown.
const MAX_SHOWN: usize = 4;

/// The page, and the scripts, style sheets and images that it names, over the wire, as far as they were fetched. Images that are loaded
/// lazily do not count.
fn run(page: &Page<'_>, visit: &Visit<'_>, report: &mut Report) {
    let fetched = Fetched::of(visit);
    let loads = loads(page);
    let mut parts: Vec<_> = loads
        .iter()
        .filter(|load| !load.element.has_word("loading", "lazy"))
        .filter_map(|load| Some((wire_bytes(fetched.get(&load.url)?.1), &load.url)))
        .collect();
    parts.push((wire_bytes(page.answer), page.url()));
    let all: u64 = parts.iter().map(|(bytes, _)| bytes).sum();
    if all < LARGE_BYTES {
        return;
    }
    parts.sort_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
    let severity = if all < HEAVY_BYTES { Severity::Info } else { Severity::Low };
    let mut found = Found::at(page.url())
        .key("weight")
        .severity(severity)
        .detail(format!("The page and what it loads have {}.", size(all)))
        .evidence("value", size(all));
    for (bytes, url) in parts.iter().take(MAX_SHOWN) {
        found = found.evidence("url", format!("{url} ({})", size(*bytes)));
    }
    report.add(found);
}
