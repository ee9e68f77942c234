use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Page, Report, Run, Visit, elements::about, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("media.lazy-loading"),
    severity: Severity::Info,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/Performance/Guides/Lazy_loading",
    page: page!("media/lazy-loading"),
    run: Run::Page(run),
};

/// So many images at the beginning may be seen at once.
const FIRST: usize = 6;
/// Fewer images behind these are not worth a word.
const MANY: usize = 10;

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let images: Vec<_> = page.document.by_name("img").filter(|image| image.has("src")).collect();
    let later: Vec<_> = images
        .into_iter()
        .skip(FIRST)
        .filter(|image| {
            !image.has("loading") && !is_inline(image.attribute("src").unwrap_or_default())
        })
        .collect();
    if later.len() < MANY {
        return;
    }
    if let Some(found) = about(page, "eager", &later) {
        let detail = format!("{} images behind the first {FIRST} are loaded at once.", later.len());
        report.add(found.detail(detail));
    }
}

fn is_inline(source: &str) -> bool {
    source.trim_start().get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"))
}
