use model::{CheckId, Confidence, Severity};
use serde_json::Value;

use super::answers::{answers, shown};
use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("backends.clerk-open-signup"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://clerk.com/docs/guides/secure/restricting-access",
    page: page!("backends/clerk-open-signup"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let all = answers(visit, |url| (url.path() == "/v1/environment").then_some(()));
    for ((), answer, environment) in all {
        let sign_up = environment.as_ref().and_then(|all| all.pointer("/user_settings/sign_up"));
        let mode = sign_up.and_then(|sign_up| sign_up.get("mode")?.as_str());
        let captcha = sign_up.and_then(|sign_up| sign_up.get("captcha_enabled")?.as_bool());
        if mode != Some("public") || captcha != Some(false) {
            continue;
        }
        let host = answer.url.host_str().unwrap_or_default();
        let kind = environment.as_ref().and_then(|all| {
            all.pointer("/display_config/instance_environment_type").and_then(Value::as_str)
        });
        report.add(
            Found::at(&shown(&answer.url))
                .key(host)
                .evidence("host", host)
                .evidence("environment", kind.unwrap_or("unknown"))
                .evidence("sign_up.mode", "public")
                .evidence("sign_up.captcha_enabled", "false"),
        );
    }
}
