use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.title-missing"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developers.google.com/search/docs/appearance/title-link",
    page: page!("seo/title-missing"),
    run: Run::Rendered(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    match page.document.first("title") {
        Some(title) if title.has_text() => {}
        Some(title) => report.add(
            Found::at(page.url())
                .line(title.line())
                .key("empty")
                .detail("There is a `<title>`, but it is empty.")
                .evidence("element", crate::web::elements::tag(title)),
        ),
        None => {
            report.add(Found::at(page.url()).key("missing").evidence("url", address(page.url())))
        }
    }
}
