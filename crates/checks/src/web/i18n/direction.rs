use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("i18n.direction"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://www.w3.org/International/questions/qa-html-dir",
    page: page!("i18n/direction"),
    run: Run::Rendered(run),
};

/// Languages that are written from right to left, where the tag names no other script.
const RIGHT_TO_LEFT: [&str; 14] =
    ["ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ps", "sd", "syr", "ug", "ur", "yi"];
/// Scripts that are (ISO 15924).
const SCRIPTS: [&str; 6] = ["arab", "hebr", "syrc", "thaa", "nkoo", "adlm"];

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let Some(root) = page.document.root() else { return };
    let Some(tag) = root.attribute("lang").map(|lang| lang.trim().to_ascii_lowercase()) else {
        return;
    };
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    let script = parts.find(|part| part.len() == 4);
    let is_right_to_left = script
        .map_or_else(|| RIGHT_TO_LEFT.contains(&language), |script| SCRIPTS.contains(&script));
    let body = page.document.first("body");
    let has_direction = [Some(root), body].into_iter().flatten().any(|element| {
        let is_styled = element.attribute("style").is_some_and(|style| style.contains("direction"));
        element.has("dir") || is_styled
    });
    if is_right_to_left && !has_direction {
        report.add(
            Found::at(page.url())
                .line(root.line())
                .key(language)
                .evidence("element", crate::web::elements::tag(root)),
        );
    }
}
