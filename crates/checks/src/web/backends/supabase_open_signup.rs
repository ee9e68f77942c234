use model::{CheckId, Confidence, Severity};
use serde_json::Value;

use super::answers::{answers, shown};
use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("backends.supabase-open-signup"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://supabase.com/docs/guides/auth/general-configuration",
    page: page!("backends/supabase-open-signup"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let all = answers(visit, |url| (url.path() == "/auth/v1/settings").then_some(()));
    for ((), answer, settings) in all {
        let Some(settings) = settings else { continue };
        let is = |path: &str| settings.pointer(path).and_then(Value::as_bool);
        if is("/disable_signup") != Some(false) {
            continue;
        }
        let confirmed = [
            (is("/external/email") == Some(true), is("/mailer_autoconfirm"), "e-mail address"),
            (is("/external/phone") == Some(true), is("/phone_autoconfirm"), "phone number"),
        ];
        let unproven = confirmed.iter().find(|(on, auto, _)| *on && *auto == Some(true));
        let is_anonymous = is("/external/anonymous_users") == Some(true);
        let providers = settings.get("external").and_then(Value::as_object);
        let providers = providers.into_iter().flatten().filter(|(_, on)| **on == Value::Bool(true));
        let providers: Vec<&str> = providers.map(|(name, _)| name.as_str()).take(20).collect();
        if providers.is_empty() {
            continue;
        }
        let host = answer.url.host_str().unwrap_or_default();
        let found = Found::at(&shown(&answer.url))
            .key(host)
            .evidence("host", host)
            .evidence("providers", providers.join(", "));
        let found = match unproven {
            Some((_, _, what)) => found
                .severity(Severity::Low)
                .detail(format!("Nobody has to prove that the {what} is theirs.")),
            None if is_anonymous => {
                found.detail("An account can be had without giving a name or an address.")
            }
            None => found,
        };
        report.add(found);
    }
}
