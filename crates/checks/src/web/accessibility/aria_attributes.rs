use std::collections::BTreeMap;

use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use super::aria::values;
use crate::web::{Check, Page, Report, Run, Visit, elements::about, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.aria-attributes"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/TR/wai-aria-1.2/#state_prop_def",
    page: page!("accessibility/aria-attributes"),
    run: Run::Rendered(run),
};

/// So many different mistakes of a page are told.
const MAX_KINDS: usize = 10;

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let mut wrong: BTreeMap<(&str, bool), Vec<Element<'_>>> = BTreeMap::new();
    for element in page.document.elements() {
        for (name, value) in element.attributes().filter(|(name, _)| name.starts_with("aria-")) {
            let is_known = match values(name) {
                Some(values) if value.trim().is_empty() || values.allow(value) => continue,
                known => known.is_some(),
            };
            wrong.entry((name, is_known)).or_default().push(element);
        }
    }
    for ((name, is_known), elements) in wrong.into_iter().take(MAX_KINDS) {
        let Some(found) = about(page, name, &elements) else { continue };
        let detail = if is_known { "has a value that it does not take" } else { "does not exist" };
        report.add(found.detail(format!("`{}` {detail}.", model::one_line(name, 60))));
    }
}
