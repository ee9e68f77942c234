use model::{CheckId, Confidence, Cwe, Severity};
use url::Url;

use super::named::Service;
use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("backends.clerk-development-instance"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Active Debug Code.
    cwe: Some(Cwe(489)),
    reference: "https://clerk.com/docs/guides/development/managing-environments",
    page: page!("backends/clerk-development-instance"),
    run: Run::Site(run),
};

/// Names that are given to a preview, and names that nobody else reaches.
const NOT_PRODUCTION: &[&str] = &[
    ".dev",
    ".example",
    ".fly.dev",
    ".github.io",
    ".herokuapp.com",
    ".internal",
    ".invalid",
    ".local",
    ".localhost",
    ".netlify.app",
    ".ngrok-free.app",
    ".ngrok.app",
    ".ngrok.io",
    ".onrender.com",
    ".pages.dev",
    ".railway.app",
    ".replit.app",
    ".test",
    ".vercel.app",
    ".workers.dev",
];
/// First labels that say the same.
const STAGES: &[&str] =
    &["dev", "develop", "development", "preview", "qa", "staging", "stage", "test", "uat"];

fn run(visit: &Visit<'_>, report: &mut Report) {
    if !is_production(visit.site.home()) {
        return;
    }
    for backend in &visit.backends().backends {
        if let Service::Clerk { host, is_development: true } = &backend.service {
            let (url, line) = &backend.at;
            report.add(Found::at(url).line(*line).key(host.as_str()).evidence("host", host));
        }
    }
}

fn is_production(home: &Url) -> bool {
    let host = home.domain().unwrap_or_default();
    let first = host.split('.').next().unwrap_or_default();
    home.scheme() == "https"
        && host.contains('.')
        && !NOT_PRODUCTION.iter().any(|end| host.ends_with(end))
        && !first.split('-').any(|word| STAGES.contains(&word))
}
