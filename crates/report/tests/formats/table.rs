use std::sync::Arc;

use model::{Confidence, Finding, Note, NoteKind, Position, Severity, Suppression};
use proptest::prelude::*;
use report::{Format, ScanReport, Stats, TableStyle};

use crate::sample::{self, is_dangerous, written};

#[test]
fn a_finding_tells_everything_that_is_known_of_it() {
    let findings = [sample::rich()];
    let report = ScanReport { findings: &findings, ..sample::clean() };
    assert_eq!(
        plain(&report, 80),
        "\
critical  stripe-live-key: Stripe secret key (live)
  config/prod.env:12:12
   11 | # production
   12 | STRIPE_KEY=sk_l********
      |            ^^^^^^^^^^^^
   13 | DEBUG=0
  commit      9c1d0e5a7b by Ada Lovelace on 2020-01-02
  confidence  medium
  encoding    base64
  verified    active: the provider still accepts it
  also at     6 more places
              config/old.env:3:8  9c1d0e5a7b
              deploy/app.yml:9:14
              docs/setup guide.md:1:1
              and 3 more
  repair      Roll the key in the Stripe dashboard under Developers, API keys;
              then read the account's log for what it did.
  read on     https://docs.stripe.com/keys

1 finding: 1 critical
Scanned ./shop: 1,204 files, 3.4 MB, in 1.2 s.
"
    );
}

#[test]
fn a_package_tells_how_it_got_in_how_dangerous_it_is_and_what_repairs_it() {
    let findings = [sample::barely_known(), sample::vulnerable()];
    let report = ScanReport { findings: &findings, ..sample::clean() };
    assert_eq!(
        plain(&report, 80),
        "\
high      dependencies.known-vulnerability: lodash 4.17.15: Prototype pollution
          (CVE-2020-8203)
  web/package-lock.json:1204:7
  package     lodash 4.17.15 (npm), transitive, for development only
  through     app@1.0.0 → b@2.0.0 → lodash@4.17.15
  ids         CVE-2020-8203, GHSA-p6mc-m468-83gw
  risk        CVSS 7.4, known to be exploited, EPSS 1.2 %
  reachable   yes: the code mentions what the advisory names
  fixed in    4.17.19
  also at     1 more place
              api/package-lock.json:8:7
  repair      Version 4.17.19 repairs it: npm install lodash@4.17.19
  read on     https://github.com/advisories/GHSA-p6mc-m468-83gw

medium    dependencies.known-vulnerability: zlib 1.2.11 was taken back
  vcpkg.json
  package     zlib 1.2.11 (vcpkg)
  repair      Version 4.17.19 repairs it: npm install lodash@4.17.19
  read on     https://github.com/advisories/GHSA-p6mc-m468-83gw

2 findings: 1 high, 1 medium
Scanned ./shop: 1,204 files, 3.4 MB, in 1.2 s.
"
    );
}

#[test]
fn what_attackers_use_comes_first_then_what_they_are_likely_to_use() {
    let package = |path: &str, is_exploited, epss_millionths| {
        let mut finding = sample::vulnerable();
        let detail = Arc::make_mut(finding.package.as_mut().unwrap());
        (detail.is_exploited, detail.epss_millionths) = (is_exploited, epss_millionths);
        finding.place = sample::place(path, 1, 1, 2);
        finding
    };
    let findings = [
        package("unlikely", false, None),
        package("likely", false, Some(900_000)),
        sample::finding(sample::place("secret", 1, 1, 2), Severity::High, 1),
        package("used", true, Some(1)),
        sample::finding(sample::place("worse", 1, 1, 2), Severity::Critical, 2),
    ];
    let text = plain(&ScanReport { findings: &findings, ..sample::clean() }, 80);
    let places: Vec<&str> = text.lines().filter_map(|line| line.strip_suffix(":1:1")).collect();
    assert_eq!(places, ["  worse", "  used", "  secret", "  likely", "  unlikely"]);
}

#[test]
fn a_vex_statement_is_counted_and_gives_its_reason() {
    let mut excused = sample::vulnerable();
    excused.suppression = Some(Suppression::Vex("component_not_present".into()));
    let findings = [excused];
    let report = ScanReport { findings: &findings, ..sample::clean() };
    let style = TableStyle { color: false, width: 80, show_suppressed: true };
    let text = written(&report, Format::Table(style));
    assert!(text.contains("  suppressed  by a VEX statement: component_not_present\n"), "{text}");
    assert!(text.contains("\n1 suppressed: 1 by a VEX statement\n"), "{text}");
}

#[test]
fn long_paths_and_many_ids_are_told_in_part() {
    let mut finding = sample::vulnerable();
    finding.aliases = (0..2_000).map(|number| format!("CVE-{number}").into()).collect();
    let detail = Arc::make_mut(finding.package.as_mut().unwrap());
    detail.path = (0..1_014).map(|number| format!("p{number}@1").into()).collect();
    let findings = [finding];
    let text = plain(&ScanReport { findings: &findings, ..sample::clean() }, 200);
    let path = "p0@1 → p1@1 → p2@1 → p3@1 → p4@1 → p5@1 → (1,002 more) → p1008@1 → p1009@1 → p1010@1 → p1011@1 → p1012@1 → \
                p1013@1";
    assert!(text.contains(&format!("  through     {path}\n")), "{text}");
    assert!(text.contains(", CVE-7 and 1,992 more\n"), "{text}");
}

#[test]
fn lock_files_not_understood_and_packages_not_judged_are_told() {
    let notes = [
        Note::at(NoteKind::Format, sample::path("web/yarn.lock"), "line 8: no version"),
        Note::general(NoteKind::NotJudged, "5 packages: run `bartizan advisories sync`"),
        Note::at(NoteKind::PackagesUnread, sample::path("a/yarn.lock"), "line 9: a merge"),
    ];
    let stats = Stats { packages: 5, ..sample::clean().stats };
    let judged = ScanReport { stats, packages_judged: true, ..sample::clean() };
    assert!(plain(&judged, 80).contains(" 5 packages judged."), "{}", plain(&judged, 80));
    let report = ScanReport { notes: &notes, complete: false, ..judged };
    let (before, after) =
        plain(&report, 80).split_once("\n\n").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    assert!(before.ends_with(" 5 packages listed."), "{before}");
    assert_eq!(
        after,
        "\
The scan is incomplete. Not looked at:
        1  lock files and manifests not read, or not to their end
           a/yarn.lock: line 9: a merge
        1  dependencies listed, not judged
           5 packages: run `bartizan advisories sync`

Worth knowing:
        1  lock files and manifests that say less than they could
           web/yarn.lock: line 8: no version
"
    );
}

#[test]
fn a_wider_terminal_gets_longer_lines() {
    let findings = [sample::rich()];
    let report = ScanReport { findings: &findings, ..sample::clean() };
    let wide = plain(&report, 120);
    let repair = "\
  repair      Roll the key in the Stripe dashboard under Developers, API keys; then read the account's log for what it
              did.
";
    assert!(wide.contains(repair), "{wide}");
}

#[test]
fn worst_first_then_what_was_scanned_and_what_was_not() {
    let (findings, notes) = (sample::mixed(), sample::notes());
    let report =
        ScanReport { findings: &findings, notes: &notes, complete: false, ..sample::clean() };
    let text = plain(&report, 80);
    let (_, after_the_worst) = text.split_once("\n\n").unwrap();
    assert_eq!(
        after_the_worst,
        "\
high      pkcs12-file: Key store
  certs/server.p12
  secret      sk_l********
  repair      Roll the key in the Stripe dashboard under Developers, API keys;
              then read the account's log for what it did.
  read on     https://docs.stripe.com/keys

medium    generic-password: Password in an assignment
  app/settings.py:4:1
    4 | password = \"hu********\"
      |             ^^^^^^^^^^
  confidence  low
  repair      Change it, and read it from the environment.

3 findings: 1 critical, 1 high, 1 medium
2 suppressed: 1 by a comment in the source, 1 by the baseline
Scanned ./shop: 1,204 files, 3.4 MB, in 1.2 s.

The scan is incomplete. Not looked at:
        1  larger than the limit
           dist/bundle.js: 12.3 MB is more than the limit of 10 MB
        1  could not be read
           secret/key: permission denied
        7  archives not read, or not to their end
           a/0.zip: truncated
           a/1.zip: truncated
           a/2.zip: truncated
           a/3.zip: truncated
           a/4.zip: truncated
           and 2 more
        1  a limit of the scan was reached
           stopped after 100,000 files

Worth knowing:
        1  configuration without effect
           the allow-list `docs` matched nothing

Passed over:
        1  binary content
    1,100  left out by .gitignore
"
    );
}

#[test]
fn nothing_found_is_one_good_line_and_what_was_scanned() {
    let history = Stats {
        files: 0,
        blobs: 40_321,
        commits: 1,
        resources: 0,
        bytes: 98_765_432_100,
        packages: 0,
    };
    let report = ScanReport { stats: history, history: true, ..sample::clean() };
    assert_eq!(
        plain(&report, 80),
        "Nothing found.\nScanned ./shop and its history: 40,321 blobs, 1 commit, 98.7 GB, in 1.2 s.\n"
    );
    assert!(colored(&report, 80).starts_with("\u{1b}[32mNothing found.\u{1b}[0m\n"));
}

#[test]
fn nothing_found_promises_nothing_where_the_scan_is_incomplete() {
    let report = ScanReport { complete: false, ..sample::clean() };
    assert_eq!(
        plain(&report, 80),
        "\
Nothing found in what was scanned, but the scan is incomplete.
Scanned ./shop: 1,204 files, 3.4 MB, in 1.2 s.

The scan is incomplete.
"
    );
}

#[test]
fn suppressed_findings_are_counted_and_shown_last_when_asked_for() {
    let findings = sample::mixed();
    let report = ScanReport { findings: &findings, ..sample::clean() };
    let style = TableStyle { color: false, width: 80, show_suppressed: true };
    let all = written(&report, Format::Table(style));
    let heads: Vec<&str> =
        all.lines().filter(|line| line.contains(": ") && !line.starts_with(' ')).collect();
    assert_eq!(
        heads,
        [
            "critical  stripe-live-key: Stripe secret key (live)",
            "high      pkcs12-file: Key store",
            "medium    generic-password: Password in an assignment",
            "critical  stripe-live-key: Stripe secret key (live)",
            "low       stripe-live-key: Stripe secret key (live)",
            "3 findings: 1 critical, 1 high, 1 medium",
            "2 suppressed: 1 by a comment in the source, 1 by the baseline",
            "Scanned ./shop: 1,204 files, 3.4 MB, in 1.2 s.",
        ]
    );
    assert!(all.contains("  suppressed  by a comment in the source\n"));
}

#[test]
fn colours_change_nothing_but_colours() {
    let (findings, notes) = (sample::mixed(), sample::notes());
    let report = ScanReport { findings: &findings, notes: &notes, ..sample::clean() };
    for width in [0, 40, 80, 120] {
        let painted = colored(&report, width);
        assert!(
            painted
                .starts_with("\u{1b}[1;31mcritical\u{1b}[0m  \u{1b}[1mstripe-live-key\u{1b}[0m: ")
        );
        assert!(
            painted.contains(
                "  \u{1b}[2m    |\u{1b}[0m            \u{1b}[1;31m^^^^^^^^^^^^\u{1b}[0m\n"
            )
        );
        assert_eq!(without_colours(&painted), plain(&report, width));
    }
}

#[test]
fn text_of_others_drives_no_terminal() {
    let mut findings = [sample::hostile(), sample::hostile_package()];
    findings[1].suppression = None;
    let notes = [
        Note::at(NoteKind::TooLarge, sample::path(sample::HOSTILE), sample::HOSTILE),
        Note::general(NoteKind::Configuration, sample::HOSTILE),
    ];
    let report = ScanReport {
        findings: &findings,
        notes: &notes,
        target: sample::HOSTILE,
        ..sample::clean()
    };
    for width in [0, 80, usize::MAX] {
        let text = plain(&report, width);
        assert_eq!(text.chars().find(|c| *c != '\n' && is_dangerous(*c)), None);
        assert_eq!(without_colours(&colored(&report, width)), text);
    }
    let text = plain(&report, 80);
    assert!(text.contains("\\x1b[31m\\x1b]0;owned\\x07\\u{202e}gnp.exe\\u{9b}2J"), "{text}");
}

#[test]
fn a_line_of_a_hundred_thousand_characters_takes_one_line_of_the_terminal() {
    let mut long = sample::finding(sample::place("a.min.js", 1, 60_005, 60_020), Severity::Low, 1);
    let line = format!("{}'sk_l********'{}", "鍵=".repeat(30_000), ";x".repeat(20_000));
    long.snippet = Some(sample::snippet(1, &[&line], 1, 60_002, 60_014));
    let findings = [long];
    let report = ScanReport { findings: &findings, ..sample::clean() };
    let text = plain(&report, 80);
    let lines: Vec<&str> = text.lines().skip(2).take(2).collect();
    assert_eq!(
        lines,
        [
            "    1 | …=鍵=鍵=鍵=鍵=鍵='sk_l********';x;x;x;x;x;x;x;x;x;x;x;x;x;x;x;x;x;x;x;x…",
            "      |                   ^^^^^^^^^^^^",
        ]
    );
}

#[test]
fn a_secret_over_several_lines_is_marked_on_each() {
    let mut key = sample::finding(sample::place("id.pem", 99, 5, 9), Severity::Low, 1);
    let mut snippet =
        sample::snippet(99, &["key: ----********", "\t********", "end", ""], 99, 6, 1);
    Arc::make_mut(&mut snippet).mark.end = Position { line: 101, column: 3 };
    key.snippet = Some(snippet);
    let findings = [key];
    let text = plain(&ScanReport { findings: &findings, ..sample::clean() }, 80);
    let lines: Vec<&str> = text.lines().skip(2).take(7).collect();
    assert_eq!(
        lines,
        [
            "   99 | key: ----********",
            "      |      ^^^^^^^^^^^^",
            "  100 |     ********",
            "      | ^^^^^^^^^^^^",
            "  101 | end",
            "      | ^^",
            "  102 |",
        ]
    );
}

proptest! {
    #[test]
    fn no_text_makes_a_table_panic_or_act(
        texts in proptest::collection::vec("(?s).{0,60}", 8),
        (first, own, from, to) in (any::<u64>(), 0..4_u64, any::<u64>(), any::<u64>()),
        (start, end) in (0..80_u64, 0..80_u64),
        width in 0..200_usize,
    ) {
        let mut wild = sample::rich();
        for (field, text) in [&mut wild.title, &mut wild.description, &mut wild.remediation].into_iter().zip(&texts) {
            *field = text.as_str().into();
        }
        wild.confidence = Confidence::Low;
        wild.place.path = sample::path(&texts[3]);
        wild.place.span = Some(sample::span((first, from), (own, to)));
        wild.place.commit = Some(sample::commit(&texts[4]));
        let lines = [texts[5].as_str(), &texts[6], &texts[7]];
        wild.snippet = Some(sample::snippet(first, &lines, first.saturating_add(own), start, end));
        let mut far = wild.clone();
        far.snippet = Some(sample::snippet(own, &[&texts[6]], own, from, to));
        let findings: [Finding; 2] = [wild, far];
        let report = ScanReport { findings: &findings, target: &texts[0], ..sample::clean() };
        let text = plain(&report, width);
        prop_assert_eq!(text.chars().find(|c| *c != '\n' && is_dangerous(*c)), None);
        prop_assert_eq!(without_colours(&colored(&report, width)), text);
    }
}

fn plain(report: &ScanReport<'_>, width: usize) -> String {
    written(report, Format::Table(TableStyle { color: false, width, show_suppressed: false }))
}

fn colored(report: &ScanReport<'_>, width: usize) -> String {
    written(report, Format::Table(TableStyle { color: true, width, show_suppressed: false }))
}

/// Takes out what [`report`] is allowed to write, and nothing else.
fn without_colours(text: &str) -> String {
    let codes = ["0", "1", "1;31", "2", "31", "32", "33", "34", "36"];
    codes.iter().fold(text.to_owned(), |text, code| text.replace(&format!("\u{1b}[{code}m"), ""))
}
