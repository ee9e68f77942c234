use model::{CheckId, Confidence, Severity, one_line};

use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("i18n.language-conflict"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://www.w3.org/International/questions/qa-http-and-lang",
    page: page!("i18n/language-conflict"),
    run: Run::Page(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let Some(root) = page.document.root() else { return };
    let Some(written) = root.attribute("lang").filter(|lang| !lang.trim().is_empty()) else {
        return;
    };
    let header = page.answer.headers.joined("content-language");
    let meta = page.document.by_name("meta").find(|meta| {
        meta.attribute("http-equiv")
            .is_some_and(|name| name.eq_ignore_ascii_case("content-language"))
    });
    let meta = meta.and_then(|meta| meta.attribute("content"));
    for (key, name, value) in [("header", "header", header.as_deref()), ("meta", "element", meta)] {
        let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) else { continue };
        // For whom a page is, and the language in which it is written, are two things: several readers say nothing about the text.
        let mut languages = value.split(',').map(primary);
        let is_one = languages.clone().all(|language| Some(language) == languages.clone().next());
        if is_one && languages.next().is_some_and(|language| language != primary(written)) {
            report.add(
                Found::at(page.url())
                    .line(root.line())
                    .key(key)
                    .detail(format!("`<html lang>` says `{}`.", one_line(written, 40)))
                    .evidence("element", format!("<html lang=\"{written}\">"))
                    .evidence(name, format!("content-language: {value}")),
            );
        }
    }
}

/// The language itself, without script and region (RFC 5646).
fn primary(tag: &str) -> String {
    tag.trim().split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase()
}
