use model::{CheckId, Confidence, Severity};

use super::aria::is_role;
use crate::web::{Check, Page, Report, Run, Visit, elements::about, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.aria-role"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/TR/wai-aria-1.2/#role_definitions",
    page: page!("accessibility/aria-role"),
    run: Run::Rendered(run),
};

/// Of several roles the first known one counts: only where none is known something is wrong.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let unknown: Vec<_> = page
        .document
        .elements()
        .filter(|element| {
            let roles = element.attribute("role").unwrap_or_default();
            let mut roles = roles.split_ascii_whitespace().peekable();
            roles.peek().is_some() && !roles.any(|role| is_role(&role.to_ascii_lowercase()))
        })
        .collect();
    if let Some(found) = about(page, "role", &unknown) {
        report.add(found.detail("The attribute `role` names none that there is."));
    }
}
