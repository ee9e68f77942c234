//! Which JavaScript libraries a script holds, and of which version: by what they say of themselves ([`in_content`]) and by what the
//! script's address says ([`in_url`]).
//!
//! Names are npm's, so that the advisories of that ecosystem answer for them. What is looked for is data (`patterns`, `names`).

mod names;
mod patterns;
mod url;

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{LazyLock, OnceLock},
};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use model::Confidence;
use regex_automata::{meta::Regex, util::syntax};

use patterns::{PATTERNS, Pattern};
pub use url::in_url;

/// A library of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    /// Its name at npm.
    pub package: String,
    /// As it stands: two or three numbers, perhaps with a pre-release.
    pub version: String,
    /// What says so.
    pub evidence: Evidence,
    /// How sure that is.
    pub confidence: Confidence,
    /// Where the version stands in the content or address that was searched, in bytes.
    pub range: Range<usize>,
}

/// What says which library it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// A comment at a script's head; outside of comments such words are of low confidence.
    Banner,
    /// What the code itself keeps as its version.
    Code,
    /// The address at a public delivery network.
    DeliveryNetwork,
    /// A file's name.
    FileName,
}

/// A literal is looked at so many times; a bundle holds a library a few times at most.
const MAX_TRIES: u32 = 64;
/// So many libraries are told of one content.
const MAX_LIBRARIES: usize = 500;

/// So far before a banner its comment may begin.
const MAX_COMMENT_BYTES: usize = 2048;

/// A version as banners and code write it: two or three numbers, perhaps a pre-release.
const VERSION: &str = r"([0-9]{1,4}\.[0-9]{1,5}(?:\.[0-9]{1,5})?(?:[-.+]?(?:alpha|beta|rc|pre|next|canary|dev|experimental|a|b)(?:[.-]?[0-9][0-9A-Za-z.-]{0,24})?)?)";

/// The literals of all patterns, each once.
struct Literals {
    automaton: AhoCorasick,
    /// Of each literal its patterns, as places in [`PATTERNS`].
    patterns: Vec<Vec<usize>>,
}

static LITERALS: LazyLock<Option<Literals>> = LazyLock::new(|| {
    let mut by_literal: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, pattern) in PATTERNS.iter().enumerate() {
        by_literal.entry(pattern.literal).or_default().push(index);
    }
    let automaton =
        AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(by_literal.keys()).ok()?;
    Some(Literals { automaton, patterns: by_literal.into_values().collect() })
});

/// Each is compiled when its literal stands somewhere for the first time.
static COMPILED: [OnceLock<Option<Regex>>; PATTERNS.len()] =
    [const { OnceLock::new() }; PATTERNS.len()];

/// The libraries in a script, a style sheet or a page, each version of each once, with the surest of its evidence, in the order of
/// their places. Takes linear time: a pattern is tried around its literal only, and a bounded number of times.
#[must_use]
pub fn in_content(content: &[u8]) -> Vec<Library> {
    let Some(literals) = &*LITERALS else { return Vec::new() };
    let mut found: Vec<Library> = Vec::new();
    let mut tries = vec![0_u32; literals.patterns.len()];
    for hit in literals.automaton.find_overlapping_iter(content) {
        let literal = hit.pattern().as_usize();
        let (Some(tries), Some(patterns)) =
            (tries.get_mut(literal), literals.patterns.get(literal))
        else {
            continue;
        };
        *tries += 1;
        if *tries > MAX_TRIES || found.len() >= MAX_LIBRARIES {
            continue;
        }
        for index in patterns {
            if let Some(library) = try_pattern(*index, content, hit.start()..hit.end()) {
                keep(&mut found, library);
            }
        }
    }
    found.sort_by_key(|library| library.range.start);
    found
}

/// Tries one pattern around a place of its literal.
fn try_pattern(index: usize, content: &[u8], literal: Range<usize>) -> Option<Library> {
    let pattern = PATTERNS.get(index)?;
    let regex = COMPILED.get(index)?.get_or_init(|| compile(pattern)).as_ref()?;
    let start = literal.start.saturating_sub(pattern.before);
    let end = literal.end.saturating_add(pattern.after).min(content.len());
    let window = content.get(start..end)?;
    let mut captures = regex.create_captures();
    regex.captures(window, &mut captures);
    let version = captures.get_group(1)?;
    let range = start + version.start..start + version.end;
    let text = std::str::from_utf8(content.get(range.clone())?).ok()?;
    let text = text.trim_end_matches(['.', '-']);
    // Prose about a library looks like its banner.
    let is_prose =
        pattern.evidence == Evidence::Banner && !is_in_comment(content.get(..literal.end)?);
    let confidence = if is_prose { Confidence::Low } else { pattern.confidence };
    Some(Library {
        package: pattern.package.to_owned(),
        version: if pattern.is_revision { format!("0.{text}.0") } else { text.to_owned() },
        evidence: pattern.evidence,
        confidence,
        range: range.start..range.start + text.len(),
    })
}

/// Whether a comment is open at the end of this, as far as the bytes before it say.
fn is_in_comment(before: &[u8]) -> bool {
    let near = before.get(before.len().saturating_sub(MAX_COMMENT_BYTES)..).unwrap_or_default();
    let line = memchr::memrchr(b'\n', near).and_then(|at| near.get(at..)).unwrap_or(near);
    let slashes = memchr::memmem::rfind(line, b"//");
    // Those of an address follow a colon.
    let is_address = |at: usize| at.checked_sub(1).and_then(|at| line.get(at)) == Some(&b':');
    let opened = memchr::memmem::rfind(near, b"/*");
    opened.is_some_and(|at| memchr::memmem::rfind(near, b"*/").is_none_or(|end| end < at))
        || slashes.is_some_and(|at| !is_address(at))
        || line.trim_ascii_start().starts_with(b"//")
}

fn compile(pattern: &Pattern) -> Option<Regex> {
    let version = if pattern.is_revision { "([0-9]{2,3})" } else { VERSION };
    Regex::builder()
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .build(&pattern.regex.replace("{V}", version))
        .ok()
}

/// One entry for each version of a package: the surest.
fn keep(found: &mut Vec<Library>, library: Library) {
    let known = found
        .iter_mut()
        .find(|known| known.package == library.package && known.version == library.version);
    match known {
        Some(known) if known.confidence < library.confidence => *known = library,
        Some(_) => {}
        None => found.push(library),
    }
}
