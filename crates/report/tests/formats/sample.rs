//! Reports to write.

use std::{sync::Arc, time::Duration};

use model::{
    CheckId, Commit, Confidence, Cwe, Ecosystem, Finding, Fingerprint, Mask, Note, NoteKind,
    ObjectId, Package, PackageDetail, Place, Position, Reachable, Relation, Scanner, Scope,
    SecretHash, Severity, Snippet, SourcePackage, Span, Suppression, TargetPath, Verification,
};
use report::{Format, Repository, RuleDoc, ScanReport, Stats};

pub(crate) fn written(report: &ScanReport<'_>, format: Format) -> String {
    let mut out = Vec::new();
    report::write(report, format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// A scan that found nothing, to be filled.
pub(crate) fn clean() -> ScanReport<'static> {
    ScanReport {
        tool_version: "0.1.0",
        target: "./shop",
        started_at_ms: 1_714_564_800_000,
        elapsed: Duration::from_millis(1_250),
        findings: &[],
        notes: &[],
        stats: Stats {
            files: 1_204,
            blobs: 0,
            commits: 0,
            resources: 0,
            bytes: 3_460_000,
            packages: 0,
        },
        rules: &[],
        key_id: "k-2f1c",
        complete: true,
        history: false,
        packages_judged: false,
        advisories_at_ms: None,
        grade: None,
        repository: Some(Repository {
            url: Some("https://x-token:t0ps3cret@git.example/acme/shop.git"),
            commit: Some("3f2a91bc04d5e6f708192a3b4c5d6e7f8091a2b3"),
        }),
    }
}

pub(crate) fn path(text: &str) -> TargetPath {
    TargetPath::from_bytes(text.as_bytes())
}

pub(crate) fn span(start: (u64, u64), end: (u64, u64)) -> Span {
    let position = |(line, column)| Position { line, column };
    Span { start: position(start), end: position(end) }
}

pub(crate) fn place(text: &str, line: u64, from: u64, to: u64) -> Place {
    Place { path: path(text), span: Some(span((line, from), (line, to))), commit: None }
}

pub(crate) fn commit(author: &str) -> Arc<Commit> {
    Arc::new(Commit {
        id: ObjectId::from_hex("9c1d0e5a7b3f2a91bc04d5e6f708192a3b4c5d6e"),
        author: author.to_owned(),
        email: "ada@example.com".to_owned(),
        time_ms: 1_577_934_245_000,
    })
}

/// A finding of `stripe-live-key` with nothing unusual about it; `number` tells it from others.
pub(crate) fn finding(place: Place, severity: Severity, number: u64) -> Finding {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
    bytes[8..].copy_from_slice(&number.wrapping_mul(0xc2b2_ae3d_27d4_eb4f).to_be_bytes());
    Finding::builder(
        CheckId::from_static("stripe-live-key"),
        Scanner::Secrets,
        place,
        Fingerprint::from_bytes(bytes),
    )
    .rated(severity, Confidence::High)
    .told(
        "Stripe secret key (live)",
        "Moves money: it can charge, refund and pay out on the account it belongs to.",
        "Roll the key in the Stripe dashboard under Developers, API keys; then read the account's log for what it did.",
    )
    .classified(Some(Cwe(798)), vec!["https://docs.stripe.com/keys".into()])
    .credential(
        Some("Stripe".into()),
        Mask::of(b"sk_l_not_a_real_key_at_all"),
        SecretHash::from_bytes(bytes),
        None,
    )
    .build()
}

/// `lines` from line `first` of the file, the mark from column `from` to `to` of line `marked`.
pub(crate) fn snippet(first: u64, lines: &[&str], marked: u64, from: u64, to: u64) -> Arc<Snippet> {
    Arc::new(Snippet {
        first_line: first,
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        mark: span((marked, from), (marked, to)),
    })
}

/// A live key with everything that can be known of a finding.
pub(crate) fn rich() -> Finding {
    let mut rich = finding(place("config/prod.env", 12, 12, 44), Severity::Critical, 1);
    rich.place.commit = Some(commit("Ada Lovelace"));
    rich.confidence = Confidence::Medium;
    rich.encoding = Some("base64");
    rich.verification = Some(Verification::Active);
    rich.snippet =
        Some(snippet(11, &["# production", "STRIPE_KEY=sk_l********", "DEBUG=0"], 12, 12, 24));
    let mut old = place("config/old.env", 3, 8, 40);
    old.commit = Some(commit("Ada Lovelace"));
    rich.other_places = vec![
        old,
        place("deploy/app.yml", 9, 14, 46),
        place("docs/setup guide.md", 1, 1, 33),
        place("x", 1, 1, 2),
    ];
    rich.other_places_total = 6;
    rich
}

pub(crate) fn package(ecosystem: Ecosystem, name: &str, version: &str) -> Package {
    Package::new(ecosystem, name, version)
}

/// A finding about a package with everything that can be known of one.
pub(crate) fn vulnerable() -> Finding {
    let detail = PackageDetail {
        package: package(Ecosystem::Npm, "lodash", "4.17.15"),
        purl: Some("pkg:npm/lodash@4.17.15".into()),
        fixed_version: Some("4.17.19".into()),
        relation: Relation::Transitive,
        scope: Scope::Development,
        path: ["app@1.0.0", "b@2.0.0", "lodash@4.17.15"].map(Into::into).to_vec(),
        score_tenths: Some(74),
        is_exploited: true,
        epss_millionths: Some(12_340),
        reachable: Reachable::Yes,
    };
    Finding::builder(
        CheckId::from_static("dependencies.known-vulnerability"),
        Scanner::Dependencies,
        place("web/package-lock.json", 1_204, 7, 27),
        Fingerprint::from_bytes(*b"lodash.4.17.15.1"),
    )
    .rated(Severity::High, Confidence::High)
    .told(
        "lodash 4.17.15: Prototype pollution (CVE-2020-8203)",
        "Who chooses the key of zipObjectDeep changes the prototype of all objects.",
        "Version 4.17.19 repairs it: npm install lodash@4.17.19",
    )
    .classified(Some(Cwe(1321)), vec!["https://github.com/advisories/GHSA-p6mc-m468-83gw".into()])
    .about(
        detail,
        vec!["CVE-2020-8203".into(), "GHSA-p6mc-m468-83gw".into()],
        vec![place("api/package-lock.json", 8, 7, 27)],
        1,
    )
    .build()
}

/// A finding about a package of which as little as possible is known.
pub(crate) fn barely_known() -> Finding {
    let mut finding = vulnerable();
    let detail = PackageDetail {
        package: package(Ecosystem::Vcpkg, "zlib", "1.2.11"),
        purl: None,
        fixed_version: None,
        relation: Relation::Unknown,
        scope: Scope::Production,
        path: Vec::new(),
        score_tenths: None,
        is_exploited: false,
        epss_millionths: None,
        reachable: Reachable::Unknown,
    };
    finding.package = Some(Arc::new(detail));
    finding.title = "zlib 1.2.11 was taken back".into();
    finding.place = Place { path: path("vcpkg.json"), span: None, commit: None };
    finding.fingerprint = Fingerprint::from_bytes(*b"zlib.1.2.11....1");
    finding.severity = Severity::Medium;
    finding.aliases.clear();
    finding.other_places.clear();
    finding.other_places_total = 0;
    finding
}

/// Three findings that count, in the engine's order, and two that do not.
pub(crate) fn mixed() -> Vec<Finding> {
    let mut medium = finding(place("app/settings.py", 4, 1, 9), Severity::Medium, 2);
    medium.check = CheckId::from_static("generic-password");
    medium.title = "Password in an assignment".into();
    medium.confidence = Confidence::Low;
    medium.cwe = None;
    medium.references.clear();
    medium.provider = None;
    medium.remediation = "Change it, and read it from the environment.".into();
    medium.snippet = Some(snippet(4, &["password = \"hu********\""], 4, 13, 23));
    let mut whole_file = finding(
        Place { path: path("certs/server.p12"), span: None, commit: None },
        Severity::High,
        3,
    );
    whole_file.check = CheckId::from_static("pkcs12-file");
    whole_file.title = "Key store".into();
    let mut by_comment = finding(place("tests/fake.env", 1, 5, 20), Severity::Critical, 4);
    by_comment.suppression = Some(Suppression::Comment);
    let mut by_baseline = finding(place("legacy/a.php", 88, 2, 9), Severity::Low, 5);
    by_baseline.suppression = Some(Suppression::Baseline);
    vec![medium, rich(), by_comment, whole_file, by_baseline]
}

pub(crate) fn notes() -> Vec<Note> {
    let mut notes = vec![
        Note::at(
            NoteKind::TooLarge,
            path("dist/bundle.js"),
            "12.3 MB is more than the limit of 10 MB",
        ),
        Note::at(NoteKind::Unreadable, path("secret/key"), "permission denied"),
        Note::general(NoteKind::Configuration, "the allow-list `docs` matched nothing"),
        Note::general(NoteKind::Limit, "stopped after 100,000 files"),
    ];
    for number in 0..1_100 {
        notes.push(Note::at(
            NoteKind::Ignored,
            path(&format!("target/{number}")),
            "matched by .gitignore",
        ));
    }
    for number in 0..7 {
        notes.push(Note::at(NoteKind::Archive, path(&format!("a/{number}.zip")), "truncated"));
    }
    notes.push(Note::at(NoteKind::Binary, path("logo.png"), ""));
    notes
}

pub(crate) fn stripe() -> CheckId {
    CheckId::from_static("stripe-live-key")
}

pub(crate) fn rule(id: &CheckId) -> RuleDoc<'_> {
    RuleDoc {
        id,
        title: "Stripe secret key (live)",
        description: "Moves money: it can charge, refund and pay out on the account it belongs to.",
        help: "Roll the key in the Stripe dashboard under **Developers, API keys**.",
        severity: Severity::Critical,
        confidence: Confidence::High,
        cwe: Some(Cwe(798)),
        reference: Some("https://docs.stripe.com/keys"),
        provider: Some("Stripe"),
    }
}

/// Text that wants to drive whatever shows it.
pub(crate) const HOSTILE: &str = "=cmd|'/C calc'!A0\u{1b}[31m\u{1b}]0;owned\u{7}\u{202e}gnp.exe\u{9b}2J\r\n\"x\",\u{2066}\u{200b}";

/// Every text of a finding that others can write, hostile.
pub(crate) fn hostile() -> Finding {
    let mut hostile = rich();
    hostile.check = CheckId::new(format!("rule{HOSTILE}"));
    hostile.title = HOSTILE.into();
    hostile.description = HOSTILE.into();
    hostile.remediation = HOSTILE.into();
    hostile.references = vec![HOSTILE.into()];
    hostile.provider = Some(HOSTILE.into());
    hostile.place.path = path(HOSTILE);
    hostile.place.commit = Some(Arc::new(Commit {
        id: ObjectId::from_hex(HOSTILE),
        author: HOSTILE.to_owned(),
        email: HOSTILE.to_owned(),
        time_ms: i64::MIN,
    }));
    hostile.other_places = vec![hostile.place.clone()];
    let long = format!("{HOSTILE}{}", "é".repeat(100_000));
    hostile.snippet = Some(snippet(u64::MAX, &[&long, HOSTILE, "\t\t"], u64::MAX, 3, 9));
    hostile
}

/// Every text of a finding about a package that others can write, hostile.
pub(crate) fn hostile_package() -> Finding {
    let mut finding = vulnerable();
    let text: Arc<str> = HOSTILE.into();
    finding.title = text.clone();
    finding.description = text.clone();
    finding.remediation = text.clone();
    finding.aliases = vec![text.clone(); 20];
    finding.suppression = Some(Suppression::Vex(text.clone()));
    finding.package = Some(Arc::new(PackageDetail {
        package: Package {
            ecosystem: Ecosystem::Npm,
            release: Some(text.clone()),
            name: text.clone(),
            version: text.clone(),
            source: Some(Arc::new(SourcePackage {
                name: text.clone(),
                version: Some(text.clone()),
            })),
        },
        purl: Some(text.clone()),
        fixed_version: Some(text.clone()),
        relation: Relation::Transitive,
        scope: Scope::Development,
        path: vec![text; 100],
        score_tenths: Some(255),
        is_exploited: true,
        epss_millionths: Some(u32::MAX),
        reachable: Reachable::No,
    }));
    finding
}

pub(crate) fn is_dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
