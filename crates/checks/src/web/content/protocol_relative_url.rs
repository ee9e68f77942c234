use model::{CheckId, Confidence, Severity};

use crate::web::{
    Check, Page, Report, Run, Visit, elements,
    embedded::{self, Use},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.protocol-relative-url"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc3986#section-4.2",
    page: page!("content/protocol-relative-url"),
    run: Run::Page(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let loaded = embedded::of(page).filter(|w| !matches!(w.used, Use::Link | Use::Form));
    let relative = loaded.filter(|written| written.text.starts_with("//"));
    let relative: Vec<_> = relative.map(|written| written.element).collect();
    if let Some(found) = elements::about(page, "", &relative) {
        report.add(found.key("relative"));
    }
}
