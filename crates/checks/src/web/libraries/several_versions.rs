use std::collections::BTreeMap;

use model::{CheckId, Confidence, Severity};

use super::recognise::{Library, libraries};
use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("libraries.several-versions"),
    severity: Severity::Info,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://web.dev/articles/reduce-javascript-payloads-with-code-splitting",
    page: page!("libraries/several-versions"),
    run: Run::Site(run),
};

/// What a name in an address alone says is not enough here.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let mut versions: BTreeMap<String, BTreeMap<String, Library>> = BTreeMap::new();
    for library in libraries(visit).into_iter().filter(|l| l.confidence >= Confidence::Medium) {
        let of = versions.entry(library.package.clone()).or_default();
        of.entry(library.version.clone()).or_insert(library);
    }
    for (package, of) in versions.into_iter().filter(|(_, of)| of.len() > 1) {
        let Some(first) = of.values().next() else { continue };
        let all: Vec<&str> = of.keys().map(String::as_str).collect();
        let mut found = Found::at(&first.url)
            .key(package.as_str())
            .detail(format!("{package} is there as {}.", all.join(", ")));
        for library in of.values().take(5) {
            found = found.evidence("url", library.url.as_str());
        }
        report.add(found);
    }
}
