use model::{
    CheckId, Confidence, Severity,
    site::{Initiator, RequestResult},
};

use super::stable;
use crate::web::{
    Check, Found, Report, Run, Visit, page, party, scripts::MAX_TOLD, shown::address,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("runtime.failed-requests"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/API/Fetch_API/Using_Fetch#checking_response_status",
    page: page!("runtime/failed-requests"),
    run: Run::Site(run),
};

/// What the markup names is told by `seo.broken-resources`, what a policy forbids by `runtime.csp-violation`.
fn run(visit: &Visit<'_>, report: &mut Report) {
    for rendered in visit.rendered() {
        let by_script = rendered
            .rendering
            .requests
            .iter()
            .filter(|request| matches!(request.initiator, Initiator::Script(_)));
        let failed = by_script.filter_map(|request| Some((request, why(&request.result)?)));
        for (request, why) in failed.take(MAX_TOLD) {
            let is_own = party::is_same_site(&request.url, rendered.page.url());
            let shown = address(&request.url);
            report.add(
                Found::at(rendered.page.url())
                    .key(format!("{} {}", request.method, stable(&shown)))
                    .severity(if is_own { Severity::Low } else { Severity::Info })
                    .evidence("request", format!("{} {shown}", request.method))
                    .evidence("result", why),
            );
        }
    }
}

/// That somebody who is not signed in may not have something is no failure.
fn why(result: &RequestResult) -> Option<String> {
    match result {
        RequestResult::Status(401 | 403 | 429) => None,
        RequestResult::Status(status @ 400..) => Some(format!("status {status}")),
        RequestResult::Failed(reason) => Some(reason.clone()),
        RequestResult::Cors => Some("the other origin does not allow it (CORS)".to_owned()),
        RequestResult::Status(_)
        | RequestResult::Forbidden
        | RequestResult::Declined
        | RequestResult::Pending => None,
    }
}
