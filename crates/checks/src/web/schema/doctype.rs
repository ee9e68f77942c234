use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("schema.doctype"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://html.spec.whatwg.org/multipage/syntax.html#the-doctype",
    page: page!("schema/doctype"),
    run: Run::Page(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    // XHTML that is served as such has no quirks mode.
    let is_xml = page.answer.media_type().as_deref() == Some("application/xhtml+xml");
    if is_xml || !page.document.is_quirky() {
        return;
    }
    let found = Found::at(page.url()).line(1);
    report.add(match page.document.doctype() {
        None => {
            found.key("missing").detail("There is no doctype.").evidence("url", address(page.url()))
        }
        Some(doctype) => found
            .key("old")
            .detail("Its doctype is one of those that stand for old pages.")
            .evidence(
                "value",
                format!("<!DOCTYPE {} PUBLIC \"{}\">", doctype.name, doctype.public_id),
            ),
    });
}
