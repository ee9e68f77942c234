use std::collections::HashSet;

use model::{CheckId, Confidence, Severity};

use super::controls::{is_line, kind, shown};
use crate::web::{
    Check, Page, Report, Run, Visit, elements::is_out_of_sight, page, shown::Several,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("forms.submit-missing"),
    severity: Severity::Info,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Techniques/html/H32",
    page: page!("forms/submit-missing"),
    run: Run::Rendered(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    if !page.is_whole() {
        return;
    }
    // Buttons may stand outside of the form that they send.
    let elsewhere: HashSet<&str> =
        page.document.elements().filter_map(|element| element.attribute("form")).collect();
    let mut several = Several::default();
    for form in page.document.by_name("form").filter(|form| !is_out_of_sight(*form)) {
        if form.attribute("id").is_some_and(|id| elsewhere.contains(id)) {
            continue;
        }
        let mut lines = 0_usize;
        let mut has_button = false;
        for element in form.descendants() {
            lines += usize::from(is_line(element) || kind(element) == "password");
            has_button |= element.is("button")
                || matches!(kind(element).as_str(), "submit" | "image" | "button")
                || element.has_word("role", "button")
                // Elements that a script defines may be buttons.
                || element.name().contains('-');
        }
        // A form with one line is sent by the key "enter" (HTML, 4.10.21.2); with several ones it is not.
        if lines > 1 && !has_button {
            let first = form.descendants().find(|element| is_line(*element)).unwrap_or(form);
            several
                .add_as(Some(form.line()), "element", || format!("<form> with {}", shown(first)));
        }
    }
    if let Some(found) = several.found(page.url()) {
        report.add(found);
    }
}
