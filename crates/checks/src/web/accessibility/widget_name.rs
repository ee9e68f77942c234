use model::{CheckId, Confidence, Severity};

use super::nameless::nameless;
use crate::web::{
    Check, Page, Report, Run, Visit,
    elements::{about, role},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.widget-name"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Understanding/name-role-value",
    page: page!("accessibility/widget-name"),
    run: Run::Rendered(run),
};

/// WCAG 2.2, 4.1.2: what acts as a control by its role.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let without = nameless(page, |element| {
        let is_native =
            ["input", "select", "textarea", "button", "a"].iter().any(|name| element.is(name));
        !is_native
            && role(element).is_some_and(|role| {
                matches!(
                    role.as_str(),
                    "checkbox"
                        | "combobox"
                        | "listbox"
                        | "menuitem"
                        | "menuitemcheckbox"
                        | "menuitemradio"
                        | "meter"
                        | "progressbar"
                        | "radio"
                        | "searchbox"
                        | "slider"
                        | "spinbutton"
                        | "switch"
                        | "tab"
                        | "textbox"
                        | "treeitem"
                )
            })
    });
    if let Some(found) = about(page, "widgets", &without) {
        report.add(found.detail("Elements act as controls and have no name."));
    }
}
