use model::{
    CheckId, Confidence, Severity,
    site::{Answer, Role},
};

use super::transfer::{cache_control, is_fingerprinted};
use crate::web::{Check, Found, Report, Run, Visit, loads::is_own, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.static-caching"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Caching",
    page: page!("performance/static-caching"),
    run: Run::Site(run),
};

/// What never changes under its name may be kept for a year; a month is the least that saves most.
const LONG_SECONDS: u64 = 30 * 24 * 3600;
/// What may change under its name is worth an hour without asking.
const SHORT_SECONDS: u64 = 3600;
/// So many are shown.
const MAX_SHOWN: usize = 5;

fn run(visit: &Visit<'_>, report: &mut Report) {
    let roles = [Role::Script, Role::Style, Role::Image, Role::Font];
    let own = roles
        .into_iter()
        .flat_map(|role| visit.answered(role))
        .map(|(_, answer)| answer)
        .filter(|answer| answer.is_success() && is_own(visit, &answer.url));
    let (fingerprinted, named): (Vec<_>, Vec<_>) =
        own.partition(|answer| is_fingerprinted(&answer.url));
    tell("fingerprinted", &fingerprinted, LONG_SECONDS, report);
    tell("named", &named, SHORT_SECONDS, report);
}

fn tell(key: &'static str, answers: &[&Answer], least: u64, report: &mut Report) {
    let short: Vec<_> = answers.iter().filter(|answer| lifetime(answer) < least).collect();
    let Some(first) = short.first() else { return };
    let is_fingerprinted = key == "fingerprinted";
    let detail = if is_fingerprinted {
        format!(
            "{} files whose names change with their content are kept for less than 30 days.",
            short.len()
        )
    } else {
        format!("{} files are asked for again with almost every page.", short.len())
    };
    let severity = if is_fingerprinted { Severity::Low } else { Severity::Info };
    let header = first.headers.joined("cache-control").unwrap_or_else(|| "(none)".to_owned());
    let mut found = Found::at(&first.url)
        .key(key)
        .severity(severity)
        .detail(detail)
        .evidence("header", format!("cache-control: {header}"))
        .evidence("count", short.len().to_string());
    for answer in short.iter().take(MAX_SHOWN) {
        found = found.evidence("url", answer.url.as_str());
    }
    report.add(found);
}

/// RFC 9111, section 4.2.1. `Expires` is taken for long where it is there at all and `Cache-Control` says nothing.
fn lifetime(answer: &Answer) -> u64 {
    let expires = answer.headers.get("expires").is_some_and(|date| date.trim().len() > 20);
    match cache_control(answer).browser_lifetime() {
        Some(seconds) => seconds,
        None if expires => LONG_SECONDS,
        None => 0,
    }
}
