use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use crate::web::{
    Check, Page, Report, Run, Visit,
    elements::{about, is_focusable, is_undisplayed, within},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.hidden-focusable"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://www.w3.org/WAI/standards-guidelines/act/rules/6cfa84/proposed/",
    page: page!("accessibility/hidden-focusable"),
    run: Run::Rendered(run),
};

/// WCAG 2.2, 4.1.2. Only elements that are kept away themselves are told: what is around them is often closed by a style sheet.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let unreached =
        within(&page.document, |element| is_undisplayed(element) || element.has("inert"));
    let silent: Vec<_> = page
        .document
        .elements()
        .filter(|element| element.has_word("aria-hidden", "true") && is_focusable(*element))
        .filter(|element| !unreached.contains(&element.number()) && !is_closed_by_class(*element))
        .filter(|element| !element.is("iframe"))
        .collect();
    if let Some(found) = about(page, "aria-hidden", &silent) {
        report.add(
            found.detail("The keyboard reaches what `aria-hidden` keeps from screen readers."),
        );
    }
}

fn is_closed_by_class(element: Element<'_>) -> bool {
    let around = std::iter::once(element).chain(element.ancestors());
    around.take(3).any(|element| {
        let class = element.attribute("class").unwrap_or_default().to_ascii_lowercase();
        ["hid", "none", "collapse", "closed", "modal"].iter().any(|word| class.contains(word))
    })
}
