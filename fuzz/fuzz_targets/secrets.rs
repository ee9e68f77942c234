//! All rules over any text, and over a version of it.

#![no_main]

use std::sync::{LazyLock, Mutex};

use base64::Engine as _;
use checks::secrets::{Scanner, place};
use libfuzzer_sys::{
    arbitrary::{self, Arbitrary},
    fuzz_target,
};
use model::Copied;

use bartizan_fuzz::rules;

static SCANNER: LazyLock<Mutex<Scanner>> = LazyLock::new(|| rules::scanner(|_| true));

#[derive(Arbitrary, Debug)]
enum Part<'a> {
    Bytes(&'a [u8]),
    /// What a rule matches.
    Match(u16, &'a [u8]),
    /// The same, encoded.
    Encoded(u16, &'a [u8]),
}

/// What a version has of the text, and what it has behind that.
#[derive(Arbitrary, Debug)]
struct Edit<'a> {
    from: u16,
    bytes: u16,
    new: &'a [u8],
}

fuzz_target!(|input: (Vec<Part<'_>>, Vec<Edit<'_>>)| {
    let (parts, edits) = input;
    let mut text = Vec::new();
    for part in parts {
        match part {
            Part::Bytes(bytes) => text.extend_from_slice(bytes),
            Part::Match(rule, choices) => rules::write(rule, choices, &mut text),
            Part::Encoded(rule, choices) => {
                let mut plain = Vec::new();
                rules::write(rule, choices, &mut plain);
                let encoded = base64::engine::general_purpose::STANDARD.encode(plain);
                text.extend_from_slice(encoded.as_bytes());
            }
        }
    }
    let text = text.as_slice();
    let mut scanner = SCANNER.lock().expect("nobody panicked");
    let found = scanner.scan(text);
    for candidate in &found {
        let claimed = text.get(candidate.range.clone()).expect("a candidate stands in its text");
        assert!(!claimed.is_empty());
        if candidate.encoding.is_none() {
            assert!(claimed == candidate.secret.expose(), "the secret is what stands there");
        }
        let rule = scanner.ruleset().get(candidate.rule).expect("a candidate is a rule's");
        // A path cannot make anything surer.
        for path in ["a.py", "tests/a.json", "Cargo.lock", "a/node_modules/b.min.js", ""] {
            if let Some(judged) = place::judge(candidate, rule, path) {
                assert!(judged <= candidate.confidence);
            }
        }
    }
    for pair in found.windows(2) {
        let [first, second] = pair else { continue };
        let several_in_one = first.encoding.is_some() && first.range == second.range;
        let [a, b] = [first, second].map(|candidate| {
            scanner.ruleset().get(candidate.rule).expect("a candidate is a rule's")
        });
        // Which of two wins is not known before the path is, if one of them holds at some paths only.
        let is_open = !a.holds_at("") || !b.holds_at("");
        assert!(
            first.range.end <= second.range.start || several_in_one || is_open,
            "{} at {:?} and {} at {:?} overlap",
            a.id,
            first.range,
            b.id,
            second.range
        );
    }
    // What was scanned before changes nothing.
    let (again, known) = scanner.scan_version(text, None);
    assert!(found == again);
    // Neither does what is known of the text that another one is made of.
    let (version, copied) = version(text, &edits);
    let (found, _) = scanner.scan_version(&version, Some((&known, &copied)));
    assert!(found == scanner.scan(&version));
});

fn version(text: &[u8], edits: &[Edit<'_>]) -> (Vec<u8>, Vec<Copied>) {
    let (mut version, mut copied) = (Vec::new(), Vec::new());
    for edit in edits {
        let rest = text.get(usize::from(edit.from)..).unwrap_or_default();
        let part = rest.get(..usize::from(edit.bytes)).unwrap_or(rest);
        copied.push(Copied { from: usize::from(edit.from), to: version.len(), bytes: part.len() });
        version.extend_from_slice(part);
        version.extend_from_slice(edit.new);
    }
    (version, copied)
}
