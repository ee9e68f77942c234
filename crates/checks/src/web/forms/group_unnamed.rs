use std::collections::HashMap;

use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use super::controls::{fields, kind, shown};
use crate::web::{Check, Page, Report, Run, Visit, page, shown::Several};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("forms.group-unnamed"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Techniques/html/H71",
    page: page!("forms/group-unnamed"),
    run: Run::Page(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let mut groups: HashMap<&str, usize> = HashMap::new();
    let radios = || fields(&page.document).filter(|field| kind(*field) == "radio");
    for radio in radios() {
        *groups.entry(radio.attribute("name").unwrap_or_default()).or_default() += 1;
    }
    let mut several = Several::default();
    for radio in radios() {
        let name = radio.attribute("name").unwrap_or_default();
        // Once for each group, at its first button.
        if groups.remove(name).is_some_and(|count| count > 1)
            && !name.is_empty()
            && !is_grouped(radio)
        {
            several.add_as(Some(radio.line()), "element", || shown(radio));
        }
    }
    if let Some(found) = several.found(page.url()) {
        report.add(found);
    }
}

/// Whether something around it says what the choice is about.
fn is_grouped(radio: Element<'_>) -> bool {
    radio.ancestors().any(|around| {
        let is_group = ["group", "radiogroup"].iter().any(|role| around.has_word("role", role));
        let is_named = around.has("aria-label") || around.has("aria-labelledby");
        let has_legend = around.is("fieldset") && around.children().any(|child| child.is("legend"));
        has_legend || (is_group || around.is("fieldset")) && is_named
    })
}
