use formats::web::content_type::MediaType;
use model::{CheckId, Confidence, Cwe, Severity, site::Role};

use super::heads;
use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.content-type-missing"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Interpretation Conflict.
    cwe: Some(Cwe(436)),
    reference: "https://www.rfc-editor.org/rfc/rfc9110#name-content-type",
    page: page!("headers/content-type-missing"),
    run: Run::Site(run),
};

/// RFC 9110, 8.3: whoever sends content says what it is.
fn run(visit: &Visit<'_>, report: &mut Report) {
    for role in [Role::Page, Role::Script, Role::Style] {
        for (_, answer) in visit.answered(role) {
            let has_content = answer.is_success() && !answer.body.is_empty();
            if !has_content || !heads::is_own(visit, &answer.url) {
                continue;
            }
            let fields: Vec<&str> = answer.headers.all("content-type").collect();
            if MediaType::extract(fields.iter().copied()).is_some() {
                continue;
            }
            let found = Found::at(&answer.url).evidence("url", answer.url.as_str());
            report.add(match fields.first() {
                None => found.key("missing").detail("The answer has no Content-Type."),
                Some(field) => found
                    .key("invalid")
                    .detail("Content-Type is there, but no browser can read it.")
                    .evidence("header", format!("content-type: {field}")),
            });
        }
    }
}
