//! Reports to write.

use std::{sync::Arc, time::Duration};

use model::{
    CheckId, Commit, Confidence, Cwe, Finding, Fingerprint, Mask, Note, NoteKind, ObjectId, Place,
    Position, Scanner, SecretHash, Severity, Snippet, Span, Suppression, TargetPath, Verification,
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
        stats: Stats { files: 1_204, blobs: 0, commits: 0, bytes: 3_460_000 },
        rules: &[],
        key_id: "k-2f1c",
        complete: true,
        history: false,
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

pub(crate) fn is_dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
