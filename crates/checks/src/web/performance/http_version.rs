use std::collections::BTreeMap;

use model::{
    CheckId, Confidence, Severity,
    site::{HttpVersion, Role},
};

use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.http-version"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Glossary/HTTP_2",
    page: page!("performance/http-version"),
    run: Run::Site(run),
};

/// Fewer answers of a host come side by side in HTTP/1.1 as well.
const MANY: usize = 6;

/// Hosts of files beside that of the pages, of which `performance.delivery` speaks.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let home = visit.site.home().host_str();
    let mut hosts: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for role in [Role::Script, Role::Style, Role::Image, Role::Font] {
        for (_, answer) in visit.answered(role) {
            let is_old = answer.version < HttpVersion::Http2 && answer.url.scheme() == "https";
            if let Some(host) = answer.url.host_str().filter(|host| is_old && Some(*host) != home) {
                hosts.entry(host).or_default().push(&answer.url);
            }
        }
    }
    for (host, urls) in hosts.into_iter().filter(|(_, urls)| urls.len() >= MANY) {
        let Some(first) = urls.first() else { continue };
        report.add(
            Found::at(first)
                .key(host)
                .detail(format!("`{host}` sends {} files of the site over HTTP/1.1.", urls.len()))
                .evidence("url", first.as_str())
                .evidence("count", urls.len().to_string()),
        );
    }
}
