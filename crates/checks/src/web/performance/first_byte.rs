use std::time::Duration;

use model::{CheckId, Confidence, Severity, site::Answer};

use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.first-byte"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://web.dev/articles/ttfb",
    page: page!("performance/first-byte"),
    run: Run::Site(run),
};

/// Up to that it is good, and above the other poor, by web.dev.
const GOOD: Duration = Duration::from_millis(800);
const POOR: Duration = Duration::from_millis(1_800);

/// The median over all pages: one slow answer says little, and the first one pays for cold caches.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let mut answers: Vec<&Answer> = visit.pages.iter().map(|page| page.answer).collect();
    answers.sort_by_key(|answer| answer.first_byte);
    let Some(median) = answers.get(answers.len() / 2).filter(|answer| answer.first_byte > GOOD)
    else {
        return;
    };
    let severity = if median.first_byte > POOR { Severity::Low } else { Severity::Info };
    let slowest = answers.last().map_or(median.first_byte, |answer| answer.first_byte);
    report.add(
        Found::at(&median.url)
            .key("first byte")
            .severity(severity)
            .detail(format!(
                "Half of {} pages took {} ms or longer to begin, the slowest {} ms, from where the scan ran.",
                answers.len(),
                median.first_byte.as_millis(),
                slowest.as_millis()
            ))
            .evidence("value", format!("{} ms", median.first_byte.as_millis())),
    );
}
