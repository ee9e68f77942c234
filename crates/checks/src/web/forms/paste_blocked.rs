use model::{CheckId, Confidence, Severity};

use super::controls::{fields, shown};
use crate::web::{Check, Page, Report, Run, Visit, page, shown::Several};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("forms.paste-blocked"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Understanding/accessible-authentication-minimum",
    page: page!("forms/paste-blocked"),
    run: Run::Rendered(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let mut several = Several::default();
    for field in fields(&page.document) {
        let code: String =
            field.attribute("onpaste").unwrap_or_default().split_whitespace().collect();
        let is_blocked = code.starts_with("returnfalse") || code.contains("preventDefault(");
        if is_blocked {
            several.add_as(Some(field.line()), "element", || shown(field));
        }
    }
    if let Some(found) = several.found(page.url()) {
        report.add(found);
    }
}
