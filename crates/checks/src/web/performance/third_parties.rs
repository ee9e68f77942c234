use std::collections::BTreeMap;

use model::{CheckId, Confidence, Severity};

use crate::web::{
    Check, Found, Page, Report, Run, Visit,
    loads::{Fetched, is_own, loads, size, wire_bytes},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.third-parties"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/Performance",
    page: page!("performance/third-parties"),
    run: Run::Page(run),
};

/// So many other origins of one page are common.
const MANY: usize = 10;
/// So many are shown.
const MAX_SHOWN: usize = 8;

/// Origins of scripts, style sheets and images that are not the site's own.
fn run(page: &Page<'_>, visit: &Visit<'_>, report: &mut Report) {
    let fetched = Fetched::of(visit);
    let mut origins: BTreeMap<String, u64> = BTreeMap::new();
    for load in loads(page).into_iter().filter(|load| !is_own(visit, &load.url)) {
        let bytes = fetched.get(&load.url).map_or(0, |(_, answer)| wire_bytes(answer));
        *origins.entry(load.url.origin().ascii_serialization()).or_default() += bytes;
    }
    if origins.len() < MANY {
        return;
    }
    let all: u64 = origins.values().sum();
    let mut found = Found::at(page.url())
        .key("third parties")
        .detail(format!(
            "The page loads from {} other origins; what was fetched of it has {}.",
            origins.len(),
            size(all)
        ))
        .evidence("count", origins.len().to_string());
    for (origin, bytes) in origins.iter().take(MAX_SHOWN) {
        found = found.evidence("url", format!("{origin} ({})", size(*bytes)));
    }
    report.add(found);
}
