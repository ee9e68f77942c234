use std::collections::BTreeMap;

use model::{CheckId, Confidence, Severity};

use super::marks::{ELEMENTS, GENERATORS, HEADERS, HOSTS, IDS, PATHS};
use crate::web::{
    Check, Found, Report, Run, Visit,
    embedded::{self, Use},
    page, party,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("platform.fingerprint"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/01-Information_Gathering/08-Fingerprint_Web_Application_Framework",
    page: page!("platform/fingerprint"),
    run: Run::Site(run),
};

/// One finding that lists all: a list of its own for each would bury what matters.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let mut known: BTreeMap<&str, &str> = BTreeMap::new();
    let answers = visit.site.resources.iter().filter_map(|resource| resource.answer());
    for answer in answers.filter(|answer| party::is_same_site(&answer.url, visit.site.home())) {
        for (name, value) in answer.headers.iter() {
            let value = value.to_ascii_lowercase();
            let marks =
                HEADERS.iter().filter(|mark| mark.header == name && value.contains(mark.value));
            known.extend(marks.map(|mark| (mark.product, "header")));
        }
    }
    for page in &visit.pages {
        for (_, content) in page.document.meta("generator") {
            let content = content.to_ascii_lowercase();
            let marks = GENERATORS.iter().filter(|(start, _)| content.starts_with(start));
            known.extend(marks.map(|(_, product)| (*product, "generator")));
        }
        for written in embedded::of(page).filter(|w| !matches!(w.used, Use::Link | Use::Form)) {
            let Some(url) = written.url(page) else { continue };
            let host = url.host_str().unwrap_or_default();
            let is_own = party::is_same_site(&url, page.url());
            let hosts = HOSTS.iter().filter(|(name, _)| party::is_below(host, &[*name]));
            known.extend(hosts.map(|(_, product)| (*product, "address")));
            let paths = PATHS.iter().filter(|(part, _)| is_own && url.path().contains(part));
            known.extend(paths.map(|(_, product)| (*product, "address")));
        }
        for element in page.document.elements() {
            let marks = ELEMENTS.iter().filter(|(name, _, _)| element.is(name));
            let marks = marks.filter(|(_, attribute, _)| element.has(attribute));
            known.extend(marks.map(|(_, _, product)| (*product, "element")));
            let id = element.attribute("id").unwrap_or_default();
            let ids = IDS.iter().filter(|(given, _)| *given == id);
            known.extend(ids.map(|(_, product)| (*product, "element")));
        }
    }
    if known.is_empty() {
        return;
    }
    let names: Vec<_> = known.keys().copied().collect();
    let mut found =
        Found::at(visit.site.home()).key("made with").detail(format!("{}.", names.join(", ")));
    for (product, how) in known {
        found = found.evidence("value", format!("{product} (by {how})"));
    }
    report.add(found);
}
