use model::{CheckId, Confidence, Severity};

use super::controls::{fields, kind, shown};
use crate::web::{Check, Page, Report, Run, Visit, page, shown::Several};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("forms.password-autocomplete"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#attr-fe-autocomplete-current-password",
    page: page!("forms/password-autocomplete"),
    run: Run::Rendered(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let (mut missing, mut off) = (Several::default(), Several::default());
    for field in fields(&page.document).filter(|field| kind(*field) == "password") {
        let said = field.attribute("autocomplete").unwrap_or_default();
        let several = match said.trim().to_ascii_lowercase().as_str() {
            "" | "on" => &mut missing,
            "off" => &mut off,
            _ => continue,
        };
        several.add_as(Some(field.line()), "element", || shown(field));
    }
    if let Some(found) = missing.found(page.url()) {
        report.add(found.key("missing").severity(Severity::Info));
    }
    if let Some(found) = off.found(page.url()) {
        report.add(found.key("off").detail("It asks browsers not to fill the password in."));
    }
}
