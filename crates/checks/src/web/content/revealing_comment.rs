use model::{CheckId, Confidence, Cwe, Severity};

use super::secret_in_comment;
use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.revealing-comment"),
    severity: Severity::Info,
    confidence: Confidence::Medium,
    // Inclusion of Sensitive Information in Source Code Comments.
    cwe: Some(Cwe(615)),
    reference: "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/01-Information_Gathering/05-Review_Web_Page_Content_for_Information_Leakage",
    page: page!("content/revealing-comment"),
    run: Run::Site(run),
};

/// Marks that people leave for each other.
const MARKS: &[&str] = &["TODO", "FIXME", "XXX", "HACK"];
/// What makes such a mark worth an attacker's while.
const MATTERS: &[&str] = &[
    "security",
    "secure",
    "insecure",
    "vulnerab",
    "xss",
    "csrf",
    "sql injection",
    "authenticat",
    "authoriz",
    "permission",
    "sanitize",
    "sanitise",
    "escape",
    "credential",
    "hardcoded",
    "backdoor",
];

fn run(visit: &Visit<'_>, report: &mut Report) {
    for page in &visit.pages {
        for comment in page.document.comments() {
            let Some(mark) = MARKS.iter().find(|mark| has_word(comment.text, mark)) else {
                continue;
            };
            let lower = comment.text.to_ascii_lowercase();
            // What holds a password is told, without it, by another check.
            if secret_in_comment::names_value(comment.text).is_some() {
                continue;
            }
            if let Some(matter) = MATTERS.iter().find(|matter| lower.contains(**matter)) {
                report.add(
                    Found::at(page.url())
                        .line(comment.line)
                        .key(format!("{mark} {matter}"))
                        .evidence("value", comment.text.trim()),
                );
            }
        }
    }
}

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let behind = text.get(at + word.len()..).and_then(|behind| behind.chars().next());
        !before.is_some_and(char::is_alphanumeric) && !behind.is_some_and(char::is_alphanumeric)
    })
}
