use std::collections::BTreeSet;

use model::{CheckId, Confidence, Severity};

use super::encodings::{Said, encoding};
use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("i18n.charset-conflict"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding",
    page: page!("i18n/charset-conflict"),
    run: Run::Page(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let said = Said::by(page);
    let metas = said.metas.iter().map(|(_, label)| label.as_str());
    let labels = said.mark.into_iter().chain(said.header.as_deref()).chain(metas);
    let known: BTreeSet<&str> = labels.filter_map(encoding).map(|known| known.name()).collect();
    if known.len() < 2 {
        return;
    }
    let mut found = Found::at(page.url()).key(known.into_iter().collect::<Vec<_>>().join(" "));
    if let Some(mark) = said.mark {
        found = found.evidence("value", format!("byte order mark of {mark}"));
    }
    if let Some(header) = &said.header {
        found = found.evidence("header", format!("content-type: …; charset={header}"));
    }
    for (line, label) in said.metas.iter().take(2) {
        found = found.line(*line).evidence("element", format!("<meta> with {label}"));
    }
    report.add(found);
}
