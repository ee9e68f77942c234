use core::net::Ipv4Addr;

use model::{CheckId, Confidence, Cwe, Severity};
use url::{Host, Url};

use super::heads;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.internal-address"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    // Exposure of Sensitive System Information to an Unauthorized Control Sphere.
    cwe: Some(Cwe(497)),
    reference: "https://www.rfc-editor.org/rfc/rfc1918#section-3",
    page: page!("headers/internal-address"),
    run: Run::Site(run),
};

/// A site on a private network names its own addresses.
fn run(visit: &Visit<'_>, report: &mut Report) {
    if !matches!(visit.site.home().host(), Some(Host::Domain(name)) if name.contains('.')) {
        return;
    }
    for head in heads::of(visit) {
        for (name, value) in head.headers.iter() {
            // Policies name what developers work with; values of cookies stay out of reports; versions look like addresses.
            let is_other = matches!(name, "set-cookie" | "server")
                || name.starts_with("content-security-policy")
                || ["version", "build", "forwarded"].iter().any(|w| name.contains(w));
            if is_other {
                continue;
            }
            if let Some(address) = private_address(value).or_else(|| internal_host(name, value)) {
                report.add(
                    heads::found(&head, name, value).key(name).detail(format!(
                        "`{name}` names `{address}`, which is inside the network."
                    )),
                );
            }
        }
    }
}

fn private_address(value: &str) -> Option<String> {
    let parts = value.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | '_'));
    parts
        .filter_map(|part| part.parse::<Ipv4Addr>().ok())
        .find(Ipv4Addr::is_private)
        .map(|address| address.to_string())
}

fn internal_host(name: &str, value: &str) -> Option<String> {
    if !matches!(name, "location" | "content-location") {
        return None;
    }
    let url = Url::parse(value).ok()?;
    let host = url.domain()?;
    let is_internal = host == "localhost"
        || [".local", ".internal", ".lan", ".corp", ".intranet"]
            .iter()
            .any(|end| host.ends_with(end));
    is_internal.then(|| host.to_owned())
}
