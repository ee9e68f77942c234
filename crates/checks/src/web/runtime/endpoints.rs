use std::collections::{BTreeMap, BTreeSet};

use model::{
    CheckId, Confidence, Severity,
    site::{RequestKind, RequestResult},
};
use url::Url;

use crate::web::{Check, Found, Report, Run, Visit, page, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("runtime.endpoints"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/01-Information_Gathering/06-Identify_Application_Entry_Points",
    page: page!("runtime/endpoints"),
    run: Run::Site(run),
};

/// Endpoints of one host that are shown.
const SHOWN: usize = 20;

fn run(visit: &Visit<'_>, report: &mut Report) {
    let mut hosts: BTreeMap<String, (&Url, BTreeSet<String>)> = BTreeMap::new();
    for rendered in visit.rendered() {
        for request in &rendered.rendering.requests {
            let is_call = matches!(request.kind, RequestKind::Data | RequestKind::Socket)
                || !matches!(request.method.as_str(), "GET" | "HEAD");
            // What the browser would not ask for nobody asks for.
            if !is_call || request.result == RequestResult::Forbidden {
                continue;
            }
            let Some(host) = request.url.host_str() else { continue };
            let of_host = hosts.entry(host.to_owned());
            let (_, calls) = of_host.or_insert_with(|| (rendered.page.url(), BTreeSet::new()));
            let is_unsent = request.result == RequestResult::Declined;
            let note = if is_unsent { " (not sent)" } else { "" };
            calls.insert(format!("{} {}{note}", request.method, address(&request.url)));
        }
    }
    for (host, (page, calls)) in hosts {
        let mut found = Found::at(page)
            .key(host.as_str())
            .detail(format!("{} of {host} were called.", calls.len()));
        for call in calls.iter().take(SHOWN) {
            found = found.evidence("endpoint", call);
        }
        report.add(found);
    }
}
