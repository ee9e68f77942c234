use formats::web::html_refresh;
use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page, shown::document_of};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.meta-refresh"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developers.google.com/search/docs/crawling-indexing/301-redirects",
    page: page!("seo/meta-refresh"),
    run: Run::Page(run),
};

/// What leads on later takes the page away from people who read it, which is a matter of `accessibility.timed-refresh`.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let refresh = page.document.by_name("meta").find(|meta| {
        meta.attribute("http-equiv").is_some_and(|name| name.eq_ignore_ascii_case("refresh"))
    });
    let Some(meta) = refresh else { return };
    let Some(told) = meta.attribute("content").and_then(html_refresh::parse) else { return };
    let target = told.target.as_deref().filter(|target| !target.is_empty());
    let Some(url) = target.and_then(|target| page.join(target)) else { return };
    if told.seconds == 0 && document_of(&url) != document_of(page.url()) {
        report.add(
            Found::at(page.url())
                .line(meta.line())
                .evidence("element", crate::web::elements::tag(meta)),
        );
    }
}
