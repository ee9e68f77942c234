use model::{CheckId, Confidence, Severity};

use super::indexing::indexable;
use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.title-length"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developers.google.com/search/docs/appearance/title-link",
    page: page!("seo/title-length"),
    run: Run::Site(run),
};

/// Search results show about 600 pixels of a title: some 60 characters, of narrow letters a few more.
const MAX_CHARS: usize = 70;

fn run(visit: &Visit<'_>, report: &mut Report) {
    for page in indexable(visit) {
        let Some(title) = page.document.first("title") else { continue };
        let words = title.words();
        let chars = words.chars().count();
        if chars > MAX_CHARS {
            report.add(
                Found::at(page.url())
                    .line(title.line())
                    .detail(format!("It has {chars} characters; about 60 are shown."))
                    .evidence("value", words),
            );
        }
    }
}
