use model::{CheckId, Confidence, Severity};

use crate::web::{
    Check, Page, Report, Run, Visit, elements::is_out_of_sight, page, shown::Several,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("schema.main-misplaced"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://html.spec.whatwg.org/multipage/grouping-content.html#the-main-element",
    page: page!("schema/main-misplaced"),
    run: Run::Rendered(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let (mut all, mut nested) = (Several::default(), Several::default());
    for main in page.document.by_name("main").filter(|main| !is_out_of_sight(*main)) {
        all.add(main);
        // HTML, 4.4.14: a hierarchically correct main element.
        if main.ancestors().any(|around| {
            ["article", "aside", "footer", "header", "main", "nav"]
                .iter()
                .any(|name| around.is(name))
        }) {
            nested.add(main);
        }
    }
    if all.count() > 1
        && let Some(found) = all.found(page.url())
    {
        report.add(found.key("several").detail("There are several of them."));
    } else if let Some(found) = nested.found(page.url()) {
        report.add(found.key("nested").detail("It stands in a part of the page."));
    }
}
