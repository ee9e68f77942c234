//! Baselines, ours and gitleaks', and `.gitleaksignore`.

#![no_main]

use engine::{Suppressions, baseline::Baseline};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut suppressions = Suppressions::default();
    if let Ok(baseline) = Baseline::parse(text) {
        suppressions.add_baseline(&baseline, "k");
    }
    suppressions.add_ignore_file(text);
});
