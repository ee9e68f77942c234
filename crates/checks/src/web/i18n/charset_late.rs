use formats::web::html::Document;
use model::{CheckId, Confidence, Severity};

use super::encodings::Said;
use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("i18n.charset-late"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://html.spec.whatwg.org/multipage/semantics.html#charset",
    page: page!("i18n/charset-late"),
    run: Run::Page(run),
};

/// HTML, 4.2.5.4: the declaration has to end within so many bytes; browsers need not look further.
const WINDOW_BYTES: usize = 1024;

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let said = Said::by(page);
    let Some((line, label)) = said.metas.first() else { return };
    if said.mark.is_some() || said.header.is_some() {
        return;
    }
    let Some(window) = page.answer.body.get(..WINDOW_BYTES) else { return };
    let window = Document::parse(&String::from_utf8_lossy(window));
    let is_in_time = window.by_name("meta").any(|meta| meta.charset().is_some());
    if !is_in_time {
        report.add(Found::at(page.url()).line(*line).evidence("value", format!("charset={label}")));
    }
}
