use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{Check, Found, Report, Run, Visit, page, scripts};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.script-sink"),
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    // Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting').
    cwe: Some(Cwe(79)),
    reference: "https://cheatsheetseries.owasp.org/cheatsheets/DOM_based_XSS_Prevention_Cheat_Sheet.html",
    page: page!("content/script-sink"),
    run: Run::Site(run),
};

/// What runs text or makes elements of it.
const SINKS: &[&str] = &[
    "document.write(",
    "document.writeln(",
    "eval(",
    ".innerHTML=",
    ".innerHTML =",
    ".innerHTML +=",
    ".outerHTML=",
    ".outerHTML =",
    ".insertAdjacentHTML(",
];
/// What whoever made a link decides.
const SOURCES: &[&str] = &[
    "location.hash",
    "location.search",
    "location.href",
    "document.URL",
    "document.documentURI",
    "document.referrer",
    "window.name",
];
/// With one of these in the expression, somebody has thought of it.
const CLEANERS: &[&str] =
    &["encodeURI", "escapeHtml", "escapeHTML", "sanitize", "DOMPurify", "parseInt", "Number("];
/// These undo what browsers encode in a URL, or there is nothing to undo.
const DECODED: &[&str] = &["decodeURI", "unescape(", "window.name"];

/// Only what goes from source to sink in one expression is told: whatever is between them otherwise may clean it.
fn run(visit: &Visit<'_>, report: &mut Report) {
    for source in scripts::own(visit) {
        let mut told = 0;
        for sink in SINKS {
            for (at, _) in source.text.match_indices(sink) {
                if !sink.starts_with('.') && !scripts::begins_word(&source.text, at) {
                    continue;
                }
                let rest = source.text.get(at + sink.len()..).unwrap_or_default();
                let expression = scripts::expression(rest);
                let Some(from) = flows(expression) else { continue };
                told += 1;
                if told > scripts::MAX_TOLD {
                    break;
                }
                let runs =
                    sink.starts_with("eval") || DECODED.iter().any(|d| expression.contains(d));
                let name = sink.trim_matches(['.', '(', '=', '+', ' ']);
                report.add(
                    Found::at(source.url)
                        .line(source.line(at))
                        .key(format!("{name} {from}"))
                        .severity(if runs { Severity::High } else { Severity::Medium })
                        .detail(format!("`{from}` goes into `{name}`."))
                        .evidence("value", format!("{sink}{expression}")),
                );
            }
        }
    }
}

/// The source whose text becomes part of the expression's value.
fn flows(expression: &str) -> Option<&'static str> {
    if CLEANERS.iter().any(|cleaner| expression.contains(cleaner)) {
        return None;
    }
    SOURCES.iter().copied().find(|source| {
        expression.match_indices(source).any(|(at, _)| {
            let before = expression.get(..at).unwrap_or_default().trim_end();
            let before = before.strip_suffix("window.").unwrap_or(before);
            let before = before.strip_suffix("document.").unwrap_or(before).trim_end();
            let behind = expression.get(at + source.len()..).unwrap_or_default().trim_start();
            let is_part = match before.chars().next_back() {
                None | Some('+') => true,
                // The second argument of the sink itself.
                Some(',') => !before.contains('('),
                Some('(') => keeps(before),
                Some(_) => false,
            };
            // What is asked about the text is not the text.
            let is_asked =
                [".indexOf", ".includes", ".match", ".length", ".startsWith", ".endsWith"];
            let is_compared = behind.starts_with(['=', '!', '?', '<', '>', '&', '|']);
            is_part
                && !before.ends_with(".test(")
                && !is_compared
                && !is_asked.iter().any(|member| behind.starts_with(member))
        })
    })
}

/// Whether what stands before `(` hands on what is in the brackets: nothing, or what only decodes. Other functions may clean it.
fn keeps(before: &str) -> bool {
    let callee = before.trim_end_matches('(').trim_end();
    let decoders = ["decodeURIComponent", "decodeURI", "unescape", "String", "atob"];
    decoders.iter().any(|decoder| callee.ends_with(decoder))
        || !callee.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | ')' | ']'))
}
