use formats::web::html_refresh;
use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page, shown::document_of};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.meta-refresh"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Understanding/timing-adjustable",
    page: page!("seo/meta-refresh"),
    run: Run::Page(run),
};

/// Nobody is in the middle of reading after so long (WCAG 2.2.1 names 20 hours).
const MAX_SECONDS: u64 = 20 * 60 * 60;

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let metas = page.document.by_name("meta");
    let refresh = metas.filter(|meta| {
        meta.attribute("http-equiv").is_some_and(|name| name.eq_ignore_ascii_case("refresh"))
    });
    for meta in refresh.take(1) {
        let Some(told) = meta.attribute("content").and_then(html_refresh::parse) else { continue };
        let target = told.target.as_deref().filter(|target| !target.is_empty());
        let target = target.and_then(|target| page.join(target));
        let is_elsewhere = target.is_some_and(|url| document_of(&url) != document_of(page.url()));
        let found = Found::at(page.url()).line(meta.line());
        let found = match (is_elsewhere, told.seconds) {
            (_, seconds) if seconds > MAX_SECONDS => continue,
            (true, 0) => found.key("redirect").severity(Severity::Info).detail(
                "The page leads on at once; a redirect of the server is quicker and clearer.",
            ),
            (true, seconds) => found.key("delayed").detail(format!(
                "After {seconds} seconds the page leads on, whether it has been read or not."
            )),
            (false, seconds) => found.key("reload").detail(format!(
                "Every {seconds} seconds the page is loaded again, and what was typed is lost."
            )),
        };
        report.add(found.evidence("element", meta.excerpt()));
    }
}
