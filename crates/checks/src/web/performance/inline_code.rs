use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Page, Report, Run, Visit, elements::about, loads::size, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.inline-code"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://web.dev/articles/optimizing-content-efficiency-eliminate-downloads",
    page: page!("performance/inline-code"),
    run: Run::Page(run),
};

/// In files, so much is worth to be kept in the cache.
const LARGE_BYTES: usize = 100_000;

/// Scripts, data for scripts, and styles within a page.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    for (key, name, what) in
        [("scripts", "script", "scripts and their data"), ("styles", "style", "styles")]
    {
        let mut inline: Vec<(usize, Element<'_>)> = page
            .document
            .by_name(name)
            .filter(|element| !element.has("src"))
            .map(|element| (element.text().len(), element))
            .collect();
        let all: usize = inline.iter().map(|(bytes, _)| bytes).sum();
        if all <= LARGE_BYTES {
            continue;
        }
        inline.sort_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
        let largest: Vec<_> = inline.iter().map(|(_, element)| *element).collect();
        if let Some(found) = about(page, key, &largest) {
            report.add(
                found.detail(format!("{} of {what} stand in the page itself.", size(all as u64))),
            );
        }
    }
}
