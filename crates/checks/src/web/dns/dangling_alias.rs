use model::{CheckId, Confidence, Cwe, Severity, site::dns::Lookup};

use super::zone;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("dns.dangling-alias"),
    severity: Severity::High,
    confidence: Confidence::Medium,
    // Externally Controlled Reference to a Resource in Another Sphere.
    cwe: Some(Cwe(610)),
    reference: "https://developer.mozilla.org/en-US/docs/Web/Security/Subdomain_takeovers",
    page: page!("dns/dangling-alias"),
    run: Run::Site(run),
};

/// Domains below which a customer chooses a name, and a name that was given up can be had again. What still resolves after that is not seen
/// in DNS and not named here.
const CLAIMABLE: &[&str] = &[
    "azure-api.net",
    "azurecontainer.io",
    "azureedge.net",
    "azurefd.net",
    "azurewebsites.net",
    "blob.core.windows.net",
    "cloudapp.azure.com",
    "cloudapp.net",
    "elasticbeanstalk.com",
    "trafficmanager.net",
    "trydiscourse.com",
];

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(dns) = &visit.site.dns else { return };
    let Some(last) = dns.aliases.records().last() else { return };
    if last.addresses != Lookup::NoSuchName {
        return;
    }
    let is_below = |domain: &str| {
        let rest = last.target.strip_suffix(domain);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let found = zone::found(visit, last.target.as_str());
    let found = if is_below(&dns.domain) {
        found.severity(Severity::Low).detail("The target is a name of the same domain: nobody else can take it, but nothing answers.")
    } else if let Some(service) = CLAIMABLE.iter().find(|domain| is_below(domain)) {
        found.confidence(Confidence::High).detail(format!(
            "Names below `{service}` are given to whoever asks for one that is free."
        ))
    } else {
        found
    };
    report.add(zone::record(found, &dns.host, "CNAME", &last.target));
}
