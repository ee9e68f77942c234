use model::{CheckId, Confidence, Severity};

use crate::web::{
    Check, Page, Report, Run, Visit, elements::is_out_of_sight, page, shown::Several,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.heading-multiple"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://html.spec.whatwg.org/multipage/sections.html#headings-and-outlines-2",
    page: page!("seo/heading-multiple"),
    run: Run::Rendered(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let mut several = Several::default();
    for heading in page.document.by_name("h1") {
        if !is_out_of_sight(heading) {
            several.add_as(Some(heading.line()), "element", || format!("<h1>{}", heading.words()));
        }
    }
    if several.count() > 1
        && let Some(found) = several.found(page.url())
    {
        report.add(found);
    }
}
