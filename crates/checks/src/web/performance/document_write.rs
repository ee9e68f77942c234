use model::{CheckId, Confidence, Severity, site::Role};

use crate::web::{
    Check, Found, Report, Run, Visit,
    loads::{is_javascript, is_own},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.document-write"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/API/Document/write",
    page: page!("performance/document-write"),
    run: Run::Site(run),
};

const CALL: &str = "document.write(";
/// What is written stands so near behind it.
const NEAR_BYTES: usize = 200;

/// Scripts that write further scripts into the page while it is read. Other uses do not stop it.
fn run(visit: &Visit<'_>, report: &mut Report) {
    for page in &visit.pages {
        for script in page.document.by_name("script").filter(|script| is_javascript(*script)) {
            let text = script.text();
            if let Some((_, excerpt)) = writes_script(&text) {
                report.add(
                    Found::at(page.url())
                        .line(script.line())
                        .key("inline")
                        .detail("A script of the page writes a script into it.")
                        .evidence("value", excerpt),
                );
            }
        }
    }
    for (_, answer) in visit.answered(Role::Script) {
        if !answer.is_success() || !is_own(visit, &answer.url) {
            continue;
        }
        let text = String::from_utf8_lossy(&answer.body);
        if let Some((line, excerpt)) = writes_script(&text) {
            report.add(
                Found::at(&answer.url)
                    .line(line)
                    .key(answer.url.path())
                    .detail("This script writes a script into the page.")
                    .evidence("value", excerpt),
            );
        }
    }
}

/// The line of the call, and how it begins.
fn writes_script(text: &str) -> Option<(u64, String)> {
    let (at, _) = text.match_indices(CALL).find(|(at, _)| {
        let near = text.get(*at..text.ceil_char_boundary(at + NEAR_BYTES)).unwrap_or_default();
        let call = near.split([';', '\n']).next().unwrap_or_default().to_ascii_lowercase();
        let from = text.floor_char_boundary(at.saturating_sub(NEAR_BYTES));
        let before =
            text.get(from..*at).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
        let writes = ["<script", "\\x3cscript", "\\u003cscript", "%3cscript", "<scr'"]
            .iter()
            .any(|tag| call.contains(tag));
        writes && !before.trim_start().starts_with("//") && !before.trim_start().starts_with('*')
    })?;
    let line = 1 + text.get(..at)?.matches('\n').count() as u64;
    let excerpt = text.get(at..text.floor_char_boundary(at + 120))?;
    Some((line, excerpt.to_owned()))
}
