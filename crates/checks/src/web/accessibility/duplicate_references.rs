use std::collections::{BTreeSet, HashMap, HashSet};

use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Page, Report, Run, Visit, elements::about, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.duplicate-references"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/WAI/standards-guidelines/act/rules/3ea0c8/",
    page: page!("accessibility/duplicate-references"),
    run: Run::Rendered(run),
};

/// So many ids are shown.
const MAX_SHOWN: usize = 5;

/// An id that labels or ARIA refer to, and that several elements have: only the first one gets what is meant for it.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let mut referred = HashSet::new();
    for element in page.document.elements() {
        let label = element.attribute("for").filter(|_| element.is("label"));
        let names = ["aria-labelledby", "aria-describedby"]
            .iter()
            .filter_map(|name| element.attribute(name));
        referred.extend(names.chain(label).flat_map(str::split_ascii_whitespace));
    }
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut ids = BTreeSet::new();
    let mut repeated: Vec<Element<'_>> = Vec::new();
    for element in page.document.elements() {
        let Some(id) = element.attribute("id").filter(|id| referred.contains(id)) else { continue };
        let count = seen.entry(id).or_default();
        *count += 1;
        if *count > 1 {
            ids.insert(id);
            repeated.push(element);
        }
    }
    if let Some(mut found) = about(page, "ids", &repeated) {
        for id in ids.into_iter().take(MAX_SHOWN) {
            found = found.evidence("value", format!("id: {id}"));
        }
        report
            .add(found.detail("Labels or descriptions refer to an id that several elements have."));
    }
}
