use formats::web::language_tag;
use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.language"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Understanding/language-of-page",
    page: page!("accessibility/language"),
    run: Run::Rendered(run),
};

/// WCAG 2.2, 3.1.1.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let Some(root) = page.document.root() else { return };
    let language = root.attribute("lang").or_else(|| root.attribute("xml:lang")).map(str::trim);
    let (key, detail) = match language {
        None | Some("") => ("missing", "The page does not say in which language it is.".to_owned()),
        Some(tag) if !language_tag::is_valid(tag) => {
            ("invalid", format!("`{}` is no language tag.", model::one_line(tag, 40)))
        }
        Some(_) => return,
    };
    report.add(
        Found::at(page.url())
            .line(root.line())
            .key(key)
            .detail(detail)
            .evidence("element", crate::web::elements::tag(root)),
    );
}
