use std::collections::HashMap;

use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use crate::web::{
    Check, Page, Report, Run, Visit,
    elements::{about, role},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.group-label"),
    severity: Severity::Info,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://www.w3.org/WAI/tutorials/forms/grouping/",
    page: page!("accessibility/group-label"),
    run: Run::Rendered(run),
};

/// Radio buttons of one name with nothing around them that asks the question. WCAG 2.2, 1.3.1.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let mut groups: HashMap<&str, Vec<Element<'_>>> = HashMap::new();
    for radio in page.document.by_name("input").filter(|input| input.has_word("type", "radio")) {
        if let Some(name) = radio.attribute("name") {
            groups.entry(name).or_default().push(radio);
        }
    }
    let mut without: Vec<_> = groups
        .into_values()
        .filter(|radios| radios.len() > 1)
        .filter_map(|radios| radios.into_iter().next())
        .filter(|radio| !radio.ancestors().any(asks))
        .collect();
    without.sort_by_key(|radio| radio.number());
    if let Some(found) = about(page, "groups", &without) {
        report.add(found.detail("No `<fieldset>` with a `<legend>` says what is to be chosen."));
    }
}

fn asks(around: Element<'_>) -> bool {
    let is_group = matches!(role(around).as_deref(), Some("radiogroup" | "group"));
    let is_named = around.has("aria-label") || around.has("aria-labelledby");
    (around.is("fieldset") && (is_named || around.children().any(|child| child.is("legend"))))
        || (is_group && is_named)
}
