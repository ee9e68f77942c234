use model::{CheckId, Confidence, Severity};

use super::encodings::Said;
use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("i18n.charset-legacy"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://encoding.spec.whatwg.org/#preface",
    page: page!("i18n/charset-legacy"),
    run: Run::Page(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let said = Said::by(page);
    let Some(encoding) = said.effective().filter(|encoding| *encoding != encoding_rs::UTF_8) else {
        return;
    };
    report.add(
        Found::at(page.url())
            .key(encoding.name())
            .detail(format!("It is {}.", encoding.name()))
            .evidence("value", encoding.name()),
    );
}
