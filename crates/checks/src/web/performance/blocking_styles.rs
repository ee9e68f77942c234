use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Page, Report, Run, Visit, elements::about, loads::is_style_sheet, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.blocking-styles"),
    severity: Severity::Info,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://web.dev/articles/critical-rendering-path/render-blocking-css",
    page: page!("performance/blocking-styles"),
    run: Run::Page(run),
};

/// Browsers fetch so many side by side without much loss.
const MANY: usize = 5;

/// Style sheets that are for a screen of any size.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let blocking: Vec<_> = page
        .document
        .elements()
        .filter(|element| {
            is_style_sheet(*element) && element.is_in("head") && is_for_screens(*element)
        })
        .collect();
    if blocking.len() <= MANY {
        return;
    }
    if let Some(found) = about(page, "styles", &blocking) {
        report.add(found.detail(format!("The page waits for {} style sheets.", blocking.len())));
    }
}

fn is_for_screens(link: Element<'_>) -> bool {
    let media = link.attribute("media").unwrap_or_default().trim();
    matches!(media.to_ascii_lowercase().as_str(), "" | "all" | "screen")
}
