use formats::web::html_refresh;
use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.timed-refresh"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Understanding/timing-adjustable",
    page: page!("accessibility/timed-refresh"),
    run: Run::Rendered(run),
};

/// WCAG 2.2, 2.2.1: 20 hours are as good as no limit. At once is a redirect.
const LONG_SECONDS: u64 = 20 * 3600;

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let refreshes =
        page.document.by_name("meta").filter(|meta| meta.has_word("http-equiv", "refresh"));
    for meta in refreshes {
        let Some(refresh) = meta.attribute("content").and_then(html_refresh::parse) else {
            continue;
        };
        if refresh.seconds == 0 || refresh.seconds >= LONG_SECONDS {
            continue;
        }
        let what = if refresh.target.is_some() { "goes elsewhere" } else { "loads itself again" };
        report.add(
            Found::at(page.url())
                .line(meta.line())
                .key(what)
                .detail(format!("The page {what} after {} seconds.", refresh.seconds))
                .evidence("element", crate::web::elements::tag(meta)),
        );
        return;
    }
}
