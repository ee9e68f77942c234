use model::{CheckId, Confidence, Cwe, Severity};

use crate::web::{Check, Found, Report, Run, Visit, page, scripts};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.message-to-any-origin"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    // Exposure of Private Personal Information to an Unauthorized Actor.
    cwe: Some(Cwe(359)),
    reference: "https://developer.mozilla.org/en-US/docs/Web/API/Window/postMessage",
    page: page!("content/message-to-any-origin"),
    run: Run::Site(run),
};

const CALL: &str = "postMessage(";
/// What a message says that is not for everybody.
const SENSITIVE: &[&str] =
    &["token", "session", "password", "passwd", "secret", "jwt", "credential", "apikey", "api_key"];

/// Sizes of frames and the like go to any origin on many sites, and nobody is worse off: only what names a credential counts.
fn run(visit: &Visit<'_>, report: &mut Report) {
    for source in scripts::own(visit) {
        let mut told = 0;
        for (at, _) in source.text.match_indices(CALL) {
            let arguments =
                scripts::expression(source.text.get(at + CALL.len()..).unwrap_or_default());
            let Some((message, target)) = arguments.rsplit_once(',') else { continue };
            if !matches!(target.trim(), "'*'" | "\"*\"" | "`*`") {
                continue;
            }
            let message = message.to_ascii_lowercase();
            if let Some(word) = SENSITIVE.iter().find(|word| message.contains(**word)) {
                told += 1;
                if told > scripts::MAX_TOLD {
                    break;
                }
                report.add(
                    Found::at(source.url)
                        .line(source.line(at))
                        .key(*word)
                        .detail(format!("The message holds something called `{word}`."))
                        .evidence("value", "postMessage(…, '*')"),
                );
            }
        }
    }
}
