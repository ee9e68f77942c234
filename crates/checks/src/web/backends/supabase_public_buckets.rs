use model::{CheckId, Confidence, Cwe, Severity};
use serde_json::Value;

use super::answers::{answers, shown};
use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("backends.supabase-public-buckets"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Missing Authorization.
    cwe: Some(Cwe(862)),
    reference: "https://supabase.com/docs/guides/storage/security/access-control",
    page: page!("backends/supabase-public-buckets"),
    run: Run::Site(run),
};

/// Most names that are told.
const MAX_NAMES: usize = 10;

fn run(visit: &Visit<'_>, report: &mut Report) {
    let lists = answers(visit, |url| (url.path() == "/storage/v1/bucket").then_some(()));
    for ((), answer, list) in lists {
        let buckets: Vec<&Value> =
            list.iter().filter_map(|list| list.as_array()).flatten().collect();
        let name = |bucket: &Value| Some(bucket.get("name")?.as_str()?.to_owned());
        let names: Vec<String> = buckets.iter().copied().filter_map(name).collect();
        if names.is_empty() {
            continue;
        }
        let is_public = |bucket: &&Value| bucket.get("public") == Some(&Value::Bool(true));
        let host = answer.url.host_str().unwrap_or_default();
        let public: Vec<String> =
            buckets.iter().copied().filter(is_public).filter_map(name).take(MAX_NAMES).collect();
        // The names of buckets that are not public are the way to what their policies allow.
        let is_private = public.len() < names.len().min(MAX_NAMES);
        let severity = if is_private { Severity::Medium } else { Severity::Low };
        let names: Vec<String> = names.into_iter().take(MAX_NAMES).collect();
        report.add(
            Found::at(&shown(&answer.url))
                .key(host)
                .severity(severity)
                .evidence("host", host)
                .evidence("count", buckets.len().to_string())
                .evidence("buckets", names.join(", "))
                .evidence("public", public.join(", ")),
        );
    }
}
