use model::{CheckId, Confidence, Severity, site::Role};

use crate::web::{
    Check, Found, Report, Run, Visit,
    loads::{is_own, size},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("performance.unminified"),
    severity: Severity::Info,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://web.dev/articles/reduce-network-payloads-using-text-compression",
    page: page!("performance/unminified"),
    run: Run::Site(run),
};

/// Smaller files gain little.
const MIN_BYTES: usize = 20_000;
/// From that share on (in percent) a file was written by people and sent as it is.
const LEAST_PERCENT: usize = 15;
/// So many are shown.
const MAX_SHOWN: usize = 5;

/// What a minifier leaves out for sure: indentation, empty lines and lines that are comments.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let mut long: Vec<_> = [Role::Script, Role::Style]
        .into_iter()
        .flat_map(|role| visit.answered(role))
        .map(|(_, answer)| answer)
        .filter(|answer| {
            answer.is_success() && answer.body.len() >= MIN_BYTES && is_own(visit, &answer.url)
        })
        .map(|answer| (superfluous(&answer.body), answer))
        .filter(|(superfluous, answer)| superfluous * 100 >= answer.body.len() * LEAST_PERCENT)
        .collect();
    long.sort_by_key(|(superfluous, _)| std::cmp::Reverse(*superfluous));
    let Some((_, worst)) = long.first() else { return };
    let all: usize = long.iter().map(|(superfluous, _)| superfluous).sum();
    let mut found = Found::at(&worst.url)
        .key("unminified")
        .detail(format!(
            "{} of {} files are indentation, empty lines and comments, before compression.",
            size(all as u64),
            long.len()
        ))
        .evidence("count", long.len().to_string());
    for (superfluous, answer) in long.iter().take(MAX_SHOWN) {
        found = found.evidence(
            "url",
            format!(
                "{} ({} of {})",
                answer.url,
                size(*superfluous as u64),
                size(answer.body.len() as u64)
            ),
        );
    }
    report.add(found);
}

fn superfluous(body: &[u8]) -> usize {
    let mut bytes = 0;
    let mut in_comment = false;
    for line in body.split(|byte| *byte == b'\n') {
        let trimmed = line.trim_ascii();
        bytes += line.len() - trimmed.len();
        let begins = trimmed.starts_with(b"/*");
        if in_comment || begins || trimmed.starts_with(b"//") || trimmed.is_empty() {
            bytes += trimmed.len() + 1;
        }
        in_comment = (in_comment || begins) && !trimmed.windows(2).any(|pair| pair == b"*/");
    }
    bytes.min(body.len())
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indentation_comments_and_empty_lines_are_superfluous() {
        assert_eq!(superfluous(b"a()\n  b()\n\n// c\n/* d\n e */\nf()"), 2 + 1 + 5 + 5 + 1 + 5);
        assert_eq!(superfluous(b"a();b();/* c */d()"), 0);
        assert_eq!(superfluous(b"/*"), 2);
    }
}
