//! Texts that the product's rules match: random bytes meet none of their patterns.

use std::{
    fs,
    path::Path,
    sync::{Arc, LazyLock, Mutex},
};

use checks::secrets::{Rule, Ruleset, Scanner};
use regex_syntax::hir::{Class, Hir, HirKind};

/// Longest repetition that is written out.
const MAX_TIMES: u32 = 300;

/// One that runs those of the built-in rules that `keep` likes.
#[must_use]
pub fn scanner(keep: impl FnMut(&Rule) -> bool) -> Mutex<Scanner> {
    let ruleset = Ruleset::builder().expect("our own rules are right").retain(keep).build();
    Mutex::new(Scanner::new(Arc::new(ruleset)))
}

struct Shape {
    keywords: Vec<String>,
    /// Of the whole text, or of the value that is assigned.
    pattern: Option<Hir>,
    is_value: bool,
}

static SHAPES: LazyLock<Vec<Shape>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/checks/rules/secrets");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the rules")
        .map(|entry| entry.expect("a rule").path())
        .collect();
    files.sort();
    files
        .iter()
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .map(|path| shape(path))
        .collect()
});

fn shape(path: &Path) -> Shape {
    let file: toml::Table =
        fs::read_to_string(path).expect("a rule").parse().expect("rules are TOML");
    let text = |name: &str| file.get(name).and_then(toml::Value::as_str);
    let source = text("pattern").or(text("assigned"));
    let mut parser = regex_syntax::ParserBuilder::new().utf8(false).unicode(false).build();
    Shape {
        keywords: file
            .get("keywords")
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|word| word.as_str().map(str::to_owned))
            .collect(),
        pattern: source.and_then(|source| parser.parse(source).ok()),
        is_value: text("pattern").is_none(),
    }
}

/// Writes a text that rule number `rule` (of as many as there are) may match, as `choices` choose.
pub fn write(rule: u16, choices: &[u8], out: &mut Vec<u8>) {
    let Some(shape) = SHAPES.get(usize::from(rule) % SHAPES.len()) else { return };
    let mut choices = Choices { bytes: choices, state: u64::from(rule) + 1 };
    if shape.is_value {
        let keyword = shape.keywords.get(choices.below(shape.keywords.len()));
        out.extend_from_slice(keyword.map_or(b"", |word| word.as_bytes()));
        let separators: [&[u8]; 6] = [b" = \"", b": ", b"=", b"=>'", b"\": \"", b"("];
        out.extend_from_slice(separators[choices.below(separators.len())]);
    }
    match &shape.pattern {
        Some(pattern) => generate(pattern, &mut choices, out),
        None => (0..choices.below(40)).for_each(|_| out.push(b'!' + choices.below(94) as u8)),
    }
}

/// The fuzzer's bytes, and when they are used up, others.
struct Choices<'a> {
    bytes: &'a [u8],
    state: u64,
}

impl Choices<'_> {
    fn below(&mut self, end: usize) -> usize {
        let byte = match self.bytes.split_first() {
            Some((first, rest)) => {
                self.bytes = rest;
                self.state ^= u64::from(*first);
                u64::from(*first)
            }
            None => {
                self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                self.state >> 33
            }
        };
        if end == 0 { 0 } else { byte as usize % end }
    }
}

fn generate(hir: &Hir, choices: &mut Choices<'_>, out: &mut Vec<u8>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.extend_from_slice(&literal.0),
        HirKind::Class(Class::Bytes(class)) => {
            if let Some(range) = class.ranges().get(choices.below(class.ranges().len())) {
                let width = usize::from(range.end() - range.start()) + 1;
                out.push(range.start() + choices.below(width) as u8);
            }
        }
        HirKind::Class(Class::Unicode(class)) => {
            if let Some(range) = class.ranges().get(choices.below(class.ranges().len())) {
                out.extend_from_slice(range.start().to_string().as_bytes());
            }
        }
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(repetition.min + 8).min(repetition.min + MAX_TIMES);
            let more = choices.below((most.saturating_sub(repetition.min) + 1) as usize);
            for _ in 0..repetition.min.min(MAX_TIMES) as usize + more {
                generate(&repetition.sub, choices, out);
            }
        }
        HirKind::Capture(capture) => generate(&capture.sub, choices, out),
        HirKind::Concat(parts) => parts.iter().for_each(|part| generate(part, choices, out)),
        HirKind::Alternation(parts) => {
            if let Some(part) = parts.get(choices.below(parts.len())) {
                generate(part, choices, out);
            }
        }
    }
}
