use model::{CheckId, Confidence, Severity};

use super::encodings::Said;
use crate::web::{Check, Found, Page, Report, Run, Visit, page, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("i18n.charset-missing"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://html.spec.whatwg.org/multipage/semantics.html#charset",
    page: page!("i18n/charset-missing"),
    run: Run::Page(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let said = Said::by(page);
    // ASCII is the same in every encoding that browsers may guess.
    if said.mark.is_some() || page.answer.body.is_ascii() {
        return;
    }
    let labels = said.header.iter().chain(said.metas.iter().map(|(_, label)| label));
    let unknown: Vec<&str> = labels.map(String::as_str).collect();
    if said.effective().is_some() {
        return;
    }
    let found = Found::at(page.url());
    report.add(match unknown.first() {
        None => found.key("missing").evidence("url", address(page.url())),
        Some(label) => found
            .key("unknown")
            .detail("The page names an encoding that browsers do not know.")
            .evidence("value", label),
    });
}
