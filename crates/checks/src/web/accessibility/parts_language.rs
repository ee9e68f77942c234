use formats::web::language_tag;
use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Page, Report, Run, Visit, elements::about, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.parts-language"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Understanding/language-of-parts",
    page: page!("accessibility/parts-language"),
    run: Run::Rendered(run),
};

/// WCAG 2.2, 3.1.2. An empty value says that the language is not known.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let wrong: Vec<_> = page
        .document
        .elements()
        .filter(|element| element.is_html() && !element.is("html"))
        .filter(|element| {
            let language = element.attribute("lang").map(str::trim);
            language.is_some_and(|tag| !tag.is_empty() && !language_tag::is_valid(tag))
        })
        .collect();
    if let Some(found) = about(page, "invalid", &wrong) {
        report.add(found.detail("The attribute `lang` holds no language tag."));
    }
}
