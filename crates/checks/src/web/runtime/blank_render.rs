use model::{CheckId, Confidence, Severity, site::MessageKind};

use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("runtime.blank-render"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developers.google.com/search/docs/crawling-indexing/javascript/fix-search-javascript",
    page: page!("runtime/blank-render"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    for rendered in visit.rendered().iter().filter(|rendered| rendered.rendering.is_blank) {
        let mut found = Found::at(rendered.page.url());
        // A page that is slow may show something later.
        if !rendered.rendering.is_settled {
            found = found.confidence(Confidence::Low);
        }
        let thrown =
            rendered.rendering.messages.iter().find(|said| said.kind == MessageKind::Exception);
        if let Some(thrown) = thrown {
            found = found.evidence("exception", &thrown.text);
        }
        report.add(found);
    }
}
