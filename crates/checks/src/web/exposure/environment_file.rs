use model::{CheckId, Confidence, Cwe, Severity};

use super::answers;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("exposure.environment-file"),
    severity: Severity::Critical,
    confidence: Confidence::High,
    // Insertion of Sensitive Information into Externally-Accessible File or Directory.
    cwe: Some(Cwe(538)),
    reference: "https://12factor.net/config",
    page: page!("exposure/environment-file"),
    run: Run::Site(run),
};

const PATHS: &[&str] = &["/.env", "/.env.local", "/.env.production"];

/// Words in names of variables whose values let one in.
const SECRET: &[&str] = &["PASSWORD", "PASSWD", "SECRET", "_KEY", "TOKEN", "DATABASE_URL", "DSN"];

/// Names are shown, values never.
fn run(visit: &Visit<'_>, report: &mut Report) {
    for (answer, text) in answers::at(visit, PATHS) {
        let Some(names) = names(&text) else { continue };
        let secret: Vec<_> =
            names.iter().filter(|name| SECRET.iter().any(|s| name.contains(s))).collect();
        let mut found = answers::found(answer, answer.url.path());
        if secret.is_empty() {
            found =
                found.severity(Severity::Medium).detail("None of its names is one of a secret.");
        }
        let shown: Vec<_> = if secret.is_empty() { names.iter().collect() } else { secret };
        for name in shown.into_iter().take(5) {
            found = found.evidence("value", format!("{name}=(not shown)"));
        }
        report.add(found);
    }
}

/// The names of the variables; nothing, unless every line is one, a comment or empty.
fn names(text: &str) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    for line in
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let (name, _) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
        let name = name.trim();
        let is_name = !name.is_empty()
            && name.len() <= 100
            && name
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        is_name.then_some(())?;
        names.push(name);
    }
    (!names.is_empty()).then_some(names)
}
