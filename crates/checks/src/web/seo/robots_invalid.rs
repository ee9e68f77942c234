use formats::web::robots::Robots;
use model::{CheckId, Confidence, Severity, site::Role};

use super::sitemaps::is_page;
use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.robots-invalid"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc9309",
    page: page!("seo/robots-invalid"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (_, answer) in visit.answered(Role::Robots) {
        let found = Found::at(&answer.url);
        if is_page(answer) && answer.is_success() {
            let kind = answer.headers.get("content-type").unwrap_or("none");
            report.add(
                found
                    .key("page")
                    .detail("An HTML page is answered in its place.")
                    .evidence("header", format!("content-type: {kind}")),
            );
        } else if answer.is_success() {
            let unknown = Robots::parse(&answer.body).unknown_lines;
            if unknown > 0 {
                report.add(
                    found
                        .key("lines")
                        .severity(Severity::Info)
                        .detail("Some of its lines are no rules that robots know.")
                        .evidence("count", unknown.to_string()),
                );
            }
        } else if matches!(answer.status, 500..=599) {
            // RFC 9309, 2.3.1.4: whoever cannot read the rules has to assume that everything is forbidden.
            report.add(
                found
                    .key("fails")
                    .detail("It fails, and robots take that for a ban on the whole site.")
                    .evidence("value", format!("status {}", answer.status)),
            );
        }
    }
}
