use std::collections::{HashMap, HashSet};

use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Page, Report, Run, Visit, page, shown::Several};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("schema.duplicate-id"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://dom.spec.whatwg.org/#concept-id",
    page: page!("schema/duplicate-id"),
    run: Run::Rendered(run),
};

/// Attributes that name other elements by their `id`.
const REFERENCES: [&str; 8] = [
    "for",
    "aria-labelledby",
    "aria-describedby",
    "aria-controls",
    "aria-owns",
    "list",
    "headers",
    "form",
];

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut named: HashSet<&str> = HashSet::new();
    for element in page.document.elements() {
        for (name, value) in element.attributes() {
            if name == "id" && !value.is_empty() {
                *counts.entry(value).or_default() += 1;
            } else if REFERENCES.contains(&name) {
                named.extend(value.split_ascii_whitespace());
            }
        }
    }
    let (mut used, mut unused) = (Several::default(), Several::default());
    let mut shown = HashSet::new();
    for element in page.document.elements() {
        let Some(id) = element.attribute("id") else { continue };
        if counts.get(id).is_some_and(|count| *count > 1) && !shown.insert(id) {
            if named.contains(id) { used.add(element) } else { unused.add(element) }
        }
    }
    if let Some(found) = used.found(page.url()) {
        let told = "Other elements refer to these, and reach the first one only.";
        report.add(found.key("used").severity(Severity::Low).detail(told));
    }
    if let Some(found) = unused.found(page.url()) {
        report.add(found.key("unused"));
    }
}
