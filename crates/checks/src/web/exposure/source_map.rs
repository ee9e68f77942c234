use model::{CheckId, Confidence, Cwe, Severity, site::Role};
use serde::{Deserialize, de::IgnoredAny};

use crate::web::{Check, Found, Report, Run, Visit, page, party};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.source-map"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Inclusion of Sensitive Information in Source Code.
    cwe: Some(Cwe(540)),
    reference: "https://tc39.es/ecma426/",
    page: page!("exposure/source-map"),
    run: Run::Site(run),
};

/// What a build tool or a package brought along is public anyway.
const FOREIGN: &[&str] = &["node_modules/", "webpack/", "webpack:///(webpack)", "/@vite/", "\0"];

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (_, answer) in visit.answered(Role::SourceMap).filter(|(_, answer)| answer.is_success()) {
        if answer.is_cut || !party::is_same_site(&answer.url, visit.site.home()) {
            continue;
        }
        let Ok(map) = serde_json::from_slice::<Map>(&answer.body) else { continue };
        if map.version != 3 {
            continue;
        }
        let is_own = |source: &&str| !FOREIGN.iter().any(|foreign| source.contains(foreign));
        let sources: Vec<&str> = map.sources.iter().filter_map(Option::as_deref).collect();
        let texts = map.sources_content.iter().filter(|text| text.is_some()).count();
        let own: Vec<&str> = sources.iter().copied().filter(is_own).collect();
        if own.is_empty() {
            continue;
        }
        let mut found = Found::at(&answer.url)
            .key("map")
            .severity(if texts > 0 { Severity::Low } else { Severity::Info })
            .detail(if texts > 0 {
                "It holds the source files themselves."
            } else {
                "It holds the names of the source files, not the files."
            })
            .evidence("count", format!("{} files", own.len()));
        for name in own.iter().take(3) {
            found = found.evidence("value", *name);
        }
        report.add(found);
    }
}

/// ECMA-426, 9: what is asked of a map.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Map {
    version: u32,
    #[serde(default)]
    sources: Vec<Option<String>>,
    #[serde(default)]
    sources_content: Vec<Option<IgnoredAny>>,
}
