//! Runs every example of every secret rule: alone, and with all other rules beside it.
//!
//! `BARTIZAN_RULES=<folder>` runs the rules of another folder, `BARTIZAN_RULE=<part of an id>` only some of them.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the allowances for tests do not reach their helpers"
)]

use std::{collections::BTreeMap, env, fmt::Write as _, fs, path::PathBuf, sync::Arc};

use base64::Engine as _;
use checks::secrets::{Examples, Rule, Ruleset, Scanner, Text, checksum::Checksum};
use model::Copied;

/// How often the random parts of an example are filled anew.
const ROUNDS: u64 = 6;

#[test]
fn every_example_is_judged_as_its_rule_says() {
    let folder = env::var_os("BARTIZAN_RULES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("rules/secrets"),
        PathBuf::from,
    );
    let only = env::var("BARTIZAN_RULE").unwrap_or_default();
    let mut failures = String::new();
    let mut examples: BTreeMap<String, (Examples, Option<Checksum>)> = BTreeMap::new();
    let mut all = Ruleset::empty();
    let mut files: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|e| e == "toml")) {
        let id = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(file).unwrap();
        match Rule::parse(&id, &text) {
            Ok((rule, rule_examples)) => {
                if let Err(error) = rule.compile() {
                    writeln!(failures, "{error}").unwrap();
                }
                let checksum = toml_checksum(&text);
                if id.contains(&only) {
                    shape_of(&id, &rule, &rule_examples, &mut failures);
                    examples.insert(id, (rule_examples, checksum));
                }
                all = all.with(rule);
            }
            Err(error) => writeln!(failures, "{error}").unwrap(),
        }
    }
    let all = Arc::new(all.build());
    let mut beside = Scanner::new(Arc::clone(&all));
    for (id, (examples, checksum)) in &examples {
        let text = fs::read_to_string(folder.join(format!("{id}.toml"))).unwrap();
        let (rule, _) = Rule::parse(id, &text).unwrap();
        let path_bound = text.contains("\npath = ");
        if path_bound && !text.contains("\npattern = ") {
            judge_paths(id, rule, examples, &mut failures);
            continue;
        }
        let mut alone = Scanner::new(Arc::new(Ruleset::empty().with(rule).build()));
        for (number, example) in examples.positive.iter().enumerate() {
            for round in 0..ROUNDS {
                let (text, wanted) = expand(example, *checksum, round);
                let Some(wanted) = wanted else {
                    writeln!(failures, "{id}: positive {number}: mark the secret with «…»")
                        .unwrap();
                    break;
                };
                let found = secrets(&mut alone, &text);
                if found.iter().all(|(_, secret)| *secret != wanted) {
                    let seen: Vec<_> = found.iter().map(|(_, secret)| secret).collect();
                    writeln!(failures, "{id}: positive {number} not found in: {text}\n    wanted: {wanted}\n    found: {seen:?}").unwrap();
                    break;
                }
                let found = secrets(&mut beside, &text);
                if !path_bound && found.iter().all(|(rule, _)| rule != id) {
                    let seen: Vec<_> = found.iter().map(|(rule, _)| rule).collect();
                    writeln!(failures, "{id}: positive {number} is taken by {seen:?} in: {text}")
                        .unwrap();
                    break;
                }
            }
        }
        for (number, example) in examples.negative.iter().enumerate() {
            for round in 0..ROUNDS {
                let (text, _) = expand(example, *checksum, round);
                if let Some((_, secret)) = secrets(&mut alone, &text).first() {
                    writeln!(failures, "{id}: negative {number} found `{secret}` in: {text}")
                        .unwrap();
                    break;
                }
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
    assert!(!examples.is_empty(), "no rule was run");
    println!("{} rules", examples.len());
}

/// The examples of a rule about paths are paths.
fn judge_paths(id: &str, rule: Rule, examples: &Examples, failures: &mut String) {
    let ruleset = Ruleset::empty().with(rule).build();
    let found = |path: &&Text| ruleset.about_path(path).next().is_some();
    for path in examples.positive.iter().filter(|path| !found(path)) {
        writeln!(failures, "{id}: does not hold at {path}").unwrap();
    }
    for path in examples.negative.iter().filter(found) {
        writeln!(failures, "{id}: holds at {path}").unwrap();
    }
}

fn toml_checksum(text: &str) -> Option<Checksum> {
    let table: toml::Table = text.parse().ok()?;
    Checksum::named(table.get("checksum")?.as_str()?)
}

fn shape_of(id: &str, rule: &Rule, examples: &Examples, failures: &mut String) {
    let mut complain = |what: &str| writeln!(failures, "{id}: {what}").unwrap();
    if examples.positive.len() < 2 || examples.negative.len() < 2 {
        complain("needs two positive and two negative examples");
    }
    if !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        complain("the id must be kebab-case");
    }
    if rule.title.ends_with('.') || rule.title.len() > 90 {
        complain("the title is a few words without a full stop");
    }
    if !rule.what.ends_with('.') || !rule.revoke.ends_with('.') {
        complain("`what` and `revoke` are sentences");
    }
    if let Some(verify) = &rule.verify {
        let asks = [&verify.url]
            .into_iter()
            .chain(verify.headers.iter().map(|(_, value)| value))
            .chain(&verify.body)
            .any(|t| t.contains("{secret"));
        if !asks || !verify.url.starts_with("https://") || verify.active.is_empty() {
            complain("`verify` needs an https url, `{secret}` and `active`");
        }
    }
}

fn secrets(scanner: &mut Scanner, text: &str) -> Vec<(String, String)> {
    let found = scanner.scan(text.as_bytes());
    found
        .iter()
        .map(|candidate| {
            let rule = scanner.ruleset().get(candidate.rule).unwrap();
            (
                rule.id.as_str().to_owned(),
                String::from_utf8_lossy(candidate.secret.expose()).into_owned(),
            )
        })
        .collect()
}

/// Fills the templates of an example; returns the text and the marked secret.
fn expand(example: &str, checksum: Option<Checksum>, round: u64) -> (String, Option<String>) {
    let mut random = Random(round.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ example.len() as u64);
    let mut out = String::new();
    let mut rest = example;
    while let Some(at) = rest.find("${") {
        out.push_str(&rest[..at]);
        let end = rest[at..].find('}').map_or(rest.len(), |end| at + end + 1);
        match fill(&rest[at + 2..end - 1], &out, checksum, &mut random) {
            Some(text) => out.push_str(&text),
            None => out.push_str(&rest[at..end]),
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    match (out.find('«'), out.find('»')) {
        (Some(start), Some(end)) => {
            let secret = out[start + '«'.len_utf8()..end].to_owned();
            (out.replace(['«', '»'], ""), Some(secret))
        }
        _ => (out, None),
    }
}

fn fill(
    template: &str,
    before: &str,
    checksum: Option<Checksum>,
    random: &mut Random,
) -> Option<String> {
    const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
    const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const DIGIT: &str = "0123456789";
    if template == "uuid" {
        let hex = |n, random: &mut Random| random.text("0123456789abcdef", n);
        let (a, b, c, d) = (hex(8, random), hex(4, random), hex(3, random), hex(3, random));
        return Some(format!("{a}-{b}-4{c}-a{d}-{}", hex(12, random)));
    }
    if template == "checksum" {
        let start = before
            .rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .map_or(0, |at| at + before[at..].chars().next().unwrap().len_utf8());
        return checksum.and_then(|checksum| checksum.of(&before.as_bytes()[start..]));
    }
    let (alphabet, length) = template.split_once(':')?;
    let length = length.parse().ok()?;
    if alphabet == "basic" {
        let login = format!("svc:{}", random.text(&format!("{DIGIT}{UPPER}{LOWER}"), length));
        return Some(base64::engine::general_purpose::STANDARD.encode(login));
    }
    let alphabet = match alphabet {
        "base62" => format!("{DIGIT}{UPPER}{LOWER}"),
        "base64" => format!("{DIGIT}{UPPER}{LOWER}+/"),
        "base64url" => format!("{DIGIT}{UPPER}{LOWER}-_"),
        "hex" => "0123456789abcdef".to_owned(),
        "HEX" => "0123456789ABCDEF".to_owned(),
        "digit" => DIGIT.to_owned(),
        "lower" => LOWER.to_owned(),
        "upper" => UPPER.to_owned(),
        "alnum" => format!("{DIGIT}{LOWER}"),
        "ALNUM" => format!("{DIGIT}{UPPER}"),
        "base32" => format!("{UPPER}234567"),
        _ => return None,
    };
    Some(random.text(&alphabet, length))
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same examples on every machine.
struct Random(u64);

impl Random {
    fn text(&mut self, alphabet: &str, length: usize) -> String {
        let alphabet = alphabet.as_bytes();
        let mut out = String::new();
        while out.len() < length {
            let c = alphabet[self.below(alphabet.len())];
            // Runs are what placeholders are made of; a real token hardly ever has one.
            if !out.ends_with(char::from(c)) {
                out.push(char::from(c));
            }
        }
        out
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// Texts that are made of parts of the rules' examples, so that what one begins another one ends.
fn texts_of_examples(random: &mut Random, count: usize) -> Vec<String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("rules/secrets");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let mut examples = Vec::new();
    for file in files {
        let text = fs::read_to_string(file).unwrap();
        let (_, of_rule) = Rule::parse("example", &text).unwrap();
        let checksum = toml_checksum(&text);
        let texts = of_rule.positive.iter().chain(of_rule.negative.iter());
        examples.extend(texts.enumerate().map(|(n, text)| expand(text, checksum, n as u64).0));
    }
    let mut text = || {
        let mut text = String::new();
        for _ in 0..40 {
            let example = &examples[random.below(examples.len())];
            let parts: Vec<&str> = example.split_inclusive([' ', '\n', '"', '=', ':']).collect();
            let from = random.below(parts.len()) * random.below(2);
            let part = parts[from..from + 1 + random.below(parts.len() - from)].concat();
            match random.below(12) {
                0 => text.push_str(&base64::engine::general_purpose::STANDARD.encode(part)),
                1 => part.bytes().for_each(|byte| write!(text, "%{byte:02X}").unwrap()),
                _ => text.push_str(&part),
            }
            text.push_str(["\n", " ", ""][random.below(3)]);
        }
        text
    };
    (0..count).map(|_| text()).collect()
}

/// Most patterns are tried without being compiled, until they have been met often. What is found must not depend on it: on what was
/// scanned before, and by which worker.
#[test]
fn what_was_scanned_before_changes_nothing() {
    let compiled = Ruleset::builtin().unwrap();
    compiled.rules().iter().for_each(|rule| rule.compile().unwrap());
    let mut compiled = Scanner::new(Arc::new(compiled));
    // A refused match around a good one.
    let mut texts = vec![
        "data:\n  password: aaaaaaaa\n  x: kind: secretX\n data:\n  token: WGsyOWZMcXBaODFtVHIzdw==\nkind: Secret\n"
            .to_owned(),
    ];
    texts.extend(texts_of_examples(&mut Random(1), 120));
    let mut found = 0;
    for text in texts {
        let mut fresh = Scanner::new(Arc::new(Ruleset::builtin().unwrap()));
        let expected = secrets(&mut compiled, &text);
        assert_eq!(secrets(&mut fresh, &text), expected, "{text}");
        found += expected.len();
    }
    assert!(found > 500, "{found}");
}

/// Of a version only what is new is looked at. What is found must be what would be found without its base.
#[test]
fn a_version_is_scanned_as_if_nothing_was_known_of_its_base() {
    let mut random = Random(2);
    let mut scanner = Scanner::new(Arc::new(Ruleset::builtin().unwrap()));
    let (mut encoded, mut found) = (0, 0);
    for text in texts_of_examples(&mut random, 60) {
        let mut base = text.into_bytes();
        let (_, mut known) = scanner.scan_version(&base, None);
        for _ in 0..8 {
            let (mut version, mut copied) = (Vec::new(), Vec::new());
            let mut from = random.below(base.len() / 8 + 1);
            while from < base.len() {
                let bytes = (1 + random.below(base.len())).min(base.len() - from);
                copied.push(Copied { from, to: version.len(), bytes });
                version.extend_from_slice(&base[from..from + bytes]);
                // What is copied again, left out, or new.
                let at = random.below(base.len());
                match random.below(4) {
                    0 => version.extend_from_slice(&base[at..base.len().min(at + 30)]),
                    1 => version.extend_from_slice(b" "),
                    _ => {}
                }
                from += bytes + random.below(3) * random.below(40);
            }
            let expected = scanner.scan(&version);
            let (candidates, next) = scanner.scan_version(&version, Some((&known, &copied)));
            assert!(candidates == expected, "{}", String::from_utf8_lossy(&version));
            found += candidates.len();
            encoded += candidates.iter().filter(|candidate| candidate.encoding.is_some()).count();
            (base, known) = (version, next);
        }
    }
    assert!(found > 2_000 && encoded > 200, "{found} {encoded}");
}

#[test]
fn a_text_full_of_beginnings_of_tokens_holds_none() {
    let mut scanner = Scanner::new(Arc::new(Ruleset::builtin().unwrap()));
    for unit in ["eyJ", "eyJhbGciOiJIUzI1NiJ9."] {
        let text = unit.repeat((8 << 20) / unit.len());
        assert!(scanner.scan(text.as_bytes()).is_empty());
    }
}
