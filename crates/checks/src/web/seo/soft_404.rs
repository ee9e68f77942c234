use model::{CheckId, Confidence, Severity, site::Role};

use crate::web::{Check, Found, Report, Run, Visit, page, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.soft-404"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developers.google.com/search/docs/crawling-indexing/http-network-errors#soft-404-errors",
    page: page!("seo/soft-404"),
    run: Run::Site(run),
};

/// The address is another one in each visit, so that the finding stands at the home page.
fn run(visit: &Visit<'_>, report: &mut Report) {
    for (resource, answer) in
        visit.answered(Role::Missing).filter(|(_, answer)| answer.is_success())
    {
        let found = Found::at(visit.site.home())
            .evidence("url", address(&resource.url))
            .evidence("value", format!("status {}", answer.status));
        let found = match resource.hops.is_empty() {
            true => found
                .key("success")
                .detail("An address that cannot exist was answered with success."),
            false => found.key("redirect").detail(format!(
                "An address that cannot exist redirects to {}.",
                address(&answer.url)
            )),
        };
        report.add(found);
    }
}
