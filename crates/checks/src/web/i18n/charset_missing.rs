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
    // ASCII is the same in every encoding that browsers may guess; XML is UTF-8 where it says nothing.
    let is_xml = page.answer.media_type().as_deref() == Some("application/xhtml+xml");
    if is_xml || said.mark.is_some() || page.answer.body.is_ascii() {
        return;
    }
    if said.effective().is_some() {
        return;
    }
    let mut labels = said.header.iter().chain(said.metas.iter().map(|(_, label)| label));
    let found = Found::at(page.url());
    report.add(match labels.next() {
        None => found.key("missing").evidence("url", address(page.url())),
        Some(label) => found
            .key("unknown")
            .detail("The page names an encoding that browsers do not know.")
            .evidence("value", label),
    });
}
