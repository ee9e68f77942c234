use model::{CheckId, Confidence, Severity, site::Role};

use crate::web::{
    Check, Found, Report, Run, Visit,
    loads::{size, wire_bytes},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("media.animated-gif"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://web.dev/articles/replace-gifs-with-videos",
    page: page!("media/animated-gif"),
    run: Run::Site(run),
};

/// Smaller animations save little.
const LARGE_BYTES: u64 = 200_000;
/// The extension that says how often an animation is repeated stands before the first picture.
const HEAD_BYTES: usize = 2_048;

fn run(visit: &Visit<'_>, report: &mut Report) {
    for (_, answer) in visit.answered(Role::Image).filter(|(_, answer)| answer.is_success()) {
        let bytes = wire_bytes(answer);
        if bytes < LARGE_BYTES || !is_animated(&answer.body) {
            continue;
        }
        report.add(
            Found::at(&answer.url)
                .key(answer.url.path())
                .detail(format!("This animation has {}.", size(bytes)))
                .evidence("url", answer.url.as_str()),
        );
    }
}

/// GIF89a with the application extension that repeats it (`NETSCAPE2.0`).
fn is_animated(body: &[u8]) -> bool {
    let head = body.get(..HEAD_BYTES.min(body.len())).unwrap_or_default();
    head.starts_with(b"GIF89a") && head.windows(11).any(|word| word == b"NETSCAPE2.0")
}
