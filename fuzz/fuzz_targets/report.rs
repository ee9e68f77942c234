//! A whole scan of a small folder, and its report in every form: nothing that was found is told, nothing drives a terminal.

#![no_main]

use std::{
    fs,
    sync::{Arc, LazyLock},
    time::Duration,
};

use bartizan_fuzz::{Place, limits, rules};
use checks::secrets::Ruleset;
use engine::{Cancel, HashKey, Progress, Scan, Suppressions, baseline::Baseline, config::Config};
use libfuzzer_sys::{
    arbitrary::{self, Arbitrary},
    fuzz_target,
};
use report::{Format, SarifStyle, ScanReport, Stats, TableStyle};

static PLACE: LazyLock<Place> = LazyLock::new(Place::default);
static RULESET: LazyLock<Arc<Ruleset>> =
    LazyLock::new(|| Arc::new(Ruleset::builtin().expect("our own rules are right")));

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    parts: Vec<(Option<u16>, &'a [u8])>,
    config: Option<&'a str>,
    ignore: Option<&'a str>,
    target: &'a str,
    width: u8,
}

fuzz_target!(|input: Input<'_>| {
    let config = input.config.and_then(|text| Config::parse(text).ok()).unwrap_or_default();
    let mut suppressions = Suppressions::from_config(&config);
    suppressions.add_ignore_file(input.ignore.unwrap_or_default());
    let scan = Scan {
        ruleset: Arc::clone(&RULESET),
        dependencies: None,
        suppressions,
        key: HashKey::new([7; 32]),
        threads: 1,
        limits: limits(),
        progress: Arc::new(Progress::default()),
        cancel: Cancel::default(),
    };
    let mut text = Vec::new();
    for (rule, bytes) in &input.parts {
        match rule {
            Some(rule) => rules::write(*rule, bytes, &mut text),
            None => text.extend_from_slice(bytes),
        }
    }
    fs::write(PLACE.file(), text).expect("room for a file");
    let outcome = scan.directory(&PLACE.file(), true).expect("the file is there");
    let report = ScanReport {
        tool_version: "0.0.0",
        target: input.target,
        started_at_ms: 0,
        elapsed: Duration::ZERO,
        findings: &outcome.findings,
        notes: &outcome.notes,
        stats: Stats::default(),
        rules: &[],
        key_id: "k",
        complete: outcome.is_complete(),
        history: false,
        packages_judged: true,
        advisories_at_ms: None,
        repository: None,
        grade: None,
    };
    let table = TableStyle { color: false, width: input.width.into(), show_suppressed: true };
    for format in [
        Format::Table(table),
        Format::Json,
        Format::Sarif(SarifStyle { show_suppressed: true }),
        Format::Csv,
    ] {
        let mut out = Vec::new();
        report::write(&report, format, &mut out).expect("memory");
        let text = String::from_utf8(out).expect("a report is UTF-8");
        let is_foreign = |c: char| c.is_control() && !matches!(c, '\n' | '\r');
        assert!(!text.contains(is_foreign), "{format:?}: {text:?}");
        if format == Format::Json {
            Baseline::parse(&text).expect("a report is a baseline");
        }
    }
});
