use formats::web::html_refresh;
use model::{CheckId, Confidence, Severity};

use super::heads;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.refresh-header"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://html.spec.whatwg.org/multipage/document-lifecycle.html#the-refresh-header",
    page: page!("headers/refresh-header"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    for head in heads::of(visit).filter(|head| head.is_last) {
        let Some(field) = head.headers.get("refresh") else { continue };
        let Some(refresh) = html_refresh::parse(field) else { continue };
        let target = refresh.target.and_then(|target| head.url.join(&target).ok());
        let is_downgrade = head.url.scheme() == "https"
            && target.as_ref().is_some_and(|target| target.scheme() == "http");
        let found = heads::found(&head, "refresh", field);
        report.add(if is_downgrade {
            found
                .key("http")
                .severity(Severity::Low)
                .detail("It leads visitors from https to plain http.")
        } else if target.is_some() {
            found.key("redirect").detail("It leads visitors to another address.")
        } else {
            found.key("reload").detail("It loads the page again, whatever people are doing in it.")
        });
    }
}
