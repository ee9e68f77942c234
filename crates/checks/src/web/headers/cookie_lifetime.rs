use model::{CheckId, Confidence, Cwe, Severity};

use super::cookies;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("headers.cookie-lifetime"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    // Insufficient Session Expiration.
    cwe: Some(Cwe(613)),
    reference: "https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html#session-expiration",
    page: page!("headers/cookie-lifetime"),
    run: Run::Site(run),
};

const DAY_SECONDS: i64 = 24 * 60 * 60;
/// A leap year, so that no way of counting one is too long.
const LONG_SECONDS: i64 = 366 * DAY_SECONDS;

fn run(visit: &Visit<'_>, report: &mut Report) {
    let kept = cookies::of(visit).filter(|served| served.rejection().is_none());
    for served in cookies::first_of_each_name(kept) {
        let is_session = served.cookie.looks_like_session() && !served.is_for_scripts();
        let Some(seconds) = served.lifetime_seconds().filter(|_| is_session) else { continue };
        if seconds > LONG_SECONDS {
            report.add(served.found().key(served.stable_name()).detail(format!(
                "`{}` asks to be kept for {} days.",
                served.stable_name(),
                seconds / DAY_SECONDS
            )));
        }
    }
}
