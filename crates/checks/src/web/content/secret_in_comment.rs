use model::{CheckId, Confidence, Cwe, Severity};

use crate::secrets::judge::is_placeholder;
use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.secret-in-comment"),
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    // Inclusion of Sensitive Information in Source Code Comments.
    cwe: Some(Cwe(615)),
    reference: "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/01-Information_Gathering/05-Review_Web_Page_Content_for_Information_Leakage",
    page: page!("content/secret-in-comment"),
    run: Run::Page(run),
};

/// Longest value that is looked at, in bytes.
const MAX_VALUE: usize = 120;

/// Names before `:` or `=` whose values nobody should read.
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "passwort",
    "pwd",
    "secret",
    "api_key",
    "apikey",
    "api-key",
    "access_key",
    "auth_token",
    "access_token",
];

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    for comment in page.document.comments() {
        if let Some(name) = names_value(comment.text) {
            report.add(
                Found::at(page.url())
                    .line(comment.line)
                    .key(name)
                    .detail(format!("A comment gives a value for `{name}`."))
                    .evidence("value", format!("<!-- … {name}: (not shown) … -->")),
            );
        }
    }
}

/// The name in a comment that has a value behind it which is neither code nor a stand-in.
pub(super) fn names_value(comment: &str) -> Option<&'static str> {
    // What is commented out of a page is markup, and tells of fields rather than of values.
    if comment.contains('<') {
        return None;
    }
    let lower = comment.to_ascii_lowercase();
    NAMES.iter().copied().find(|name| {
        lower.match_indices(name).any(|(at, _)| {
            let rest = comment.get(at + name.len()..).unwrap_or_default();
            let rest = rest.trim_start_matches(['"', '\'']).trim_start();
            let value = rest.strip_prefix([':', '=']).or_else(|| rest.strip_prefix("is "));
            let Some(value) = value else { return false };
            let value = value.trim_start().trim_start_matches(['"', '\'']);
            let value = value.get(..value.floor_char_boundary(MAX_VALUE)).unwrap_or_default();
            let end =
                value.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | ','));
            is_value(value.get(..end.unwrap_or(value.len())).unwrap_or_default())
        })
    })
}

/// Of a password that somebody chose, or that was made: letters and digits, or marks.
fn is_value(value: &str) -> bool {
    let is_mixed =
        value.bytes().any(|b| b.is_ascii_digit()) && value.bytes().any(|b| b.is_ascii_alphabetic());
    let is_code = value.contains(['(', '{', '[', '$', '<', '%']) || value.starts_with(['/', '.']);
    value.len() >= 6 && is_mixed && !is_code && !is_placeholder(value.as_bytes())
}
