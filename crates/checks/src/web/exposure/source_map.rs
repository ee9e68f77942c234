use formats::web::{
    data_url,
    source_map::{Language, SourceMap, mapping_url},
};
use model::{CheckId, Confidence, Cwe, Severity, site::Role};
use url::Url;

use crate::web::{Check, Found, Report, Run, Visit, page, party};

/// Longest map in a file that is read.
const MAX_BYTES: usize = 16 << 20;

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

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (_, answer) in visit.answered(Role::SourceMap).filter(|(_, answer)| answer.is_success()) {
        if party::is_same_site(&answer.url, visit.site.home()) {
            tell(&answer.url, &answer.body, report);
        }
    }
    for role in [(Role::Script, Language::JavaScript), (Role::Style, Language::Css)] {
        for (_, answer) in visit.answered(role.0).filter(|(_, answer)| answer.is_success()) {
            // The map may stand in the file itself.
            let written = mapping_url(&answer.body, role.1).filter(|url| url.starts_with(b"data:"));
            let written = written.and_then(|url| std::str::from_utf8(url).ok());
            let inside = written.and_then(|url| data_url::parse(url, MAX_BYTES).ok());
            if let Some(map) =
                inside.filter(|_| party::is_same_site(&answer.url, visit.site.home()))
            {
                tell(&answer.url, &map.body, report);
            }
        }
    }
}

/// What a package or a build tool brought along is public anyway.
fn tell(url: &Url, map: &[u8], report: &mut Report) {
    let Ok(map) = SourceMap::parse(map) else { return };
    let own: Vec<_> =
        map.sources.iter().filter(|source| !source.is_vendored && !source.url.is_empty()).collect();
    if own.is_empty() {
        return;
    }
    let has_texts = own.iter().any(|source| source.content.is_some());
    let mut found = Found::at(url)
        .key(if has_texts { "texts" } else { "names" })
        .severity(if has_texts { Severity::Low } else { Severity::Info })
        .detail(if has_texts {
            "It holds the source files themselves."
        } else {
            "It holds the names of the source files, not the files."
        })
        .evidence("count", format!("{} files", own.len()));
    for source in own.iter().take(3) {
        found = found.evidence("value", &source.url);
    }
    report.add(found);
}
