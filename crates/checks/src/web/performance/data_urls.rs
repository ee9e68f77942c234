use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, elements::counted, loads::size, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.data-urls"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/URI/Reference/Schemes/data",
    page: page!("performance/data-urls"),
    run: Run::Page(run),
};

/// Small images are rightly part of the page.
const LARGE_BYTES: usize = 20_000;

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let large: Vec<_> = page
        .document
        .elements()
        .filter_map(|element| Some((data_bytes(element)?, element)))
        .filter(|(bytes, _)| *bytes >= LARGE_BYTES)
        .collect();
    let Some((_, first)) = large.first() else { return };
    let all: usize = large.iter().map(|(bytes, _)| bytes).sum();
    let count = counted(large.len(), "file stands", "files stand");
    report.add(
        Found::at(page.url())
            .line(first.line())
            .key("data")
            .detail(format!("{count} in the page as `data:` URLs, {} together.", size(all as u64)))
            .evidence("element", crate::web::elements::tag(*first))
            .evidence("count", large.len().to_string()),
    );
}

fn data_bytes(element: Element<'_>) -> Option<usize> {
    let url = element.attribute("src").or_else(|| element.attribute("href"))?.trim_start();
    let is_data = url.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"));
    is_data.then_some(url.len())
}
