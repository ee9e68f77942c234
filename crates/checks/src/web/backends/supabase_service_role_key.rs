use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("backends.supabase-service-role-key"),
    severity: Severity::Critical,
    confidence: Confidence::High,
    // Use of Hard-coded Credentials.
    cwe: Some(Cwe(798)),
    reference: "https://supabase.com/docs/guides/getting-started/api-keys",
    page: page!("backends/supabase-service-role-key"),
    run: Run::Site(run),
};

/// Nothing is asked with the key, and it is not told.
fn run(visit: &Visit<'_>, report: &mut Report) {
    for key in &visit.backends().master_keys {
        let (url, line) = &key.at;
        let project = key.project.as_deref().unwrap_or_default();
        let found = Found::at(url)
            .line(*line)
            .key(format!("{} {project}", key.kind))
            .evidence("kind", key.kind);
        report.add(match key.project.as_deref() {
            Some(project) => found.evidence("project", project),
            None => found,
        });
    }
}
