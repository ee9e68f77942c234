use model::{CheckId, Confidence, Severity};

use super::indexing::indexable;
use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.description-length"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developers.google.com/search/docs/appearance/snippet",
    page: page!("seo/description-length"),
    run: Run::Site(run),
};

/// Search results show about 160 characters on wide screens; a few more are no mistake.
const MAX_CHARS: usize = 200;

fn run(visit: &Visit<'_>, report: &mut Report) {
    for page in indexable(visit) {
        for (meta, content) in page.document.meta("description").take(1) {
            let chars = content.trim().chars().count();
            if chars > MAX_CHARS {
                report.add(
                    Found::at(page.url())
                        .line(meta.line())
                        .detail(format!("It has {chars} characters; about 160 are shown."))
                        .evidence("value", content),
                );
            }
        }
    }
}
