//! `FROM` and `COPY --from` of Dockerfiles and Containerfiles.
//!
//! Build arguments count with their defaults. Stages of the same file are no images. Heredocs are passed over.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    str::Lines,
};

use model::{Dependency, Ecosystem, Relation};

use super::{
    super::{
        FilePath, Files, Format, List,
        entries::{Entries, quoted},
        paths,
    },
    image,
};

/// How deep defaults may lie in defaults, and how long a value may become.
const MAX_DEPTH: u32 = 8;
const MAX_VALUE_BYTES: usize = 1_024;

pub(crate) const FORMAT: Format = Format { name: "Dockerfile", claims, read, repair };

fn claims(FilePath { name, .. }: FilePath<'_>) -> bool {
    let ends = |end: &str| paths::ends_with_in_any_case(name, end);
    let is_kind = |kind: &str| {
        paths::starts_with_in_any_case(name, kind)
            && matches!(name.as_bytes().get(kind.len()), None | Some(b'.'))
            || ends(kind) && name.as_bytes().iter().nth_back(kind.len()) == Some(&b'.')
    };
    (is_kind("dockerfile") || is_kind("containerfile")) && !ends(".dockerignore") && !ends(".md")
}

fn repair(dependency: &Dependency, fixed: &str) -> String {
    format!("FROM {}:{fixed}", dependency.package.name)
}

fn read(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let mut arguments: HashMap<String, String> = HashMap::new();
    let mut stages: HashSet<String> = HashSet::new();
    let mut is_global = true;
    let mut instructions = Instructions::of(entries.text());
    for (line, instruction) in instructions.by_ref() {
        let (word, rest) = split_word(&instruction);
        match &*word.to_ascii_uppercase() {
            "ARG" if is_global => {
                for (name, value) in
                    rest.split_ascii_whitespace().filter_map(|it| it.split_once('='))
                {
                    if let Some(value) = expand(value.trim_matches(['"', '\'']), &arguments, 0) {
                        arguments.insert(name.to_owned(), value);
                    }
                }
            }
            "FROM" => {
                is_global = false;
                let mut words = rest.split_ascii_whitespace().filter(|it| !it.starts_with("--"));
                let reference = words.next().unwrap_or_default();
                let name = words.next().filter(|it| it.eq_ignore_ascii_case("as"));
                add(&mut entries, line, reference, &stages, &arguments);
                if let Some(name) = name.and_then(|_| words.next()) {
                    stages.insert(name.to_ascii_lowercase());
                }
            }
            "COPY" => {
                let flags = rest.split_ascii_whitespace().take_while(|it| it.starts_with("--"));
                for reference in flags.filter_map(|flag| flag.strip_prefix("--from=")) {
                    if !reference.bytes().all(|b| b.is_ascii_digit()) {
                        // Outside of `FROM`, global arguments are not known.
                        add(&mut entries, line, reference, &stages, &HashMap::new());
                    }
                }
            }
            _ => {}
        }
    }
    if instructions.is_broken {
        entries.push_problem(crate::Problem::general("A heredoc of the file does not end"));
    }
    entries.finish()
}

fn add(
    entries: &mut Entries<'_>,
    line: &str,
    reference: &str,
    stages: &HashSet<String>,
    arguments: &HashMap<String, String>,
) {
    let reference = reference.trim_matches(['"', '\'']);
    let Some(expanded) = expand(reference, arguments, 0) else {
        let message = format!("The image {} needs a build argument", quoted(reference));
        return entries.problem(line, message);
    };
    let written = reference;
    let reference = if expanded == written { written } else { &expanded };
    if stages.contains(&reference.to_ascii_lowercase()) {
        return;
    }
    let Some((name, version)) = image(reference) else { return };
    let mut dependency = entries.found(Ecosystem::Docker, name, version);
    dependency.span =
        dependency.span.or_else(|| entries.span_of(written)).or_else(|| entries.span_of(line));
    dependency.relation = Relation::Direct;
    entries.push(dependency);
}

/// The text with `$X`, `${X}`, `${X:-default}` and `${X:+other}` replaced; `None` if one has no value.
fn expand(text: &str, arguments: &HashMap<String, String>, depth: u32) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let value = if let Some(inner) = after.strip_prefix('{') {
            let (inner, behind) = matching_brace(inner)?;
            rest = behind;
            let end = inner.find(|c| !is_name(c)).unwrap_or(inner.len());
            let (name, operator) = inner.split_at_checked(end)?;
            let value = arguments.get(name).filter(|value| !value.is_empty());
            let other = operator.strip_prefix(':').unwrap_or(operator);
            if let Some(default) = other.strip_prefix('-') {
                match value {
                    Some(value) => value.clone(),
                    None if depth < MAX_DEPTH => expand(default, arguments, depth + 1)?,
                    None => return None,
                }
            } else if let Some(other) = other.strip_prefix('+') {
                match value {
                    Some(_) if depth < MAX_DEPTH => expand(other, arguments, depth + 1)?,
                    Some(_) => return None,
                    None => String::new(),
                }
            } else {
                arguments.get(name).filter(|_| other.is_empty())?.clone()
            }
        } else {
            let end = after.find(|c| !is_name(c)).unwrap_or(after.len());
            let (name, behind) = after.split_at_checked(end)?;
            rest = behind;
            arguments.get(name)?.clone()
        };
        out.push_str(&value);
        if out.len() > MAX_VALUE_BYTES {
            return None;
        }
    }
    out.push_str(rest);
    (out.len() <= MAX_VALUE_BYTES).then_some(out)
}

/// What stands before the brace that closes, and what follows it.
fn matching_brace(text: &str) -> Option<(&str, &str)> {
    let mut open = 0_u32;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => open += 1,
            b'}' if open == 0 => return Some((text.get(..at)?, text.get(at + 1..)?)),
            b'}' => open -= 1,
            _ => {}
        }
    }
    None
}

fn split_word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    text.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((text, ""))
}

/// Instructions with the first of their lines; continued lines in one.
struct Instructions<'a> {
    lines: Lines<'a>,
    escape: char,
    is_broken: bool,
}

impl<'a> Instructions<'a> {
    fn of(text: &'a str) -> Self {
        // Directives stand before everything else.
        let directives = text.lines().map_while(|line| line.trim().strip_prefix('#'));
        let escape = directives
            .filter_map(|line| line.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("escape"))
            .and_then(|(_, value)| value.trim().chars().next());
        Self { lines: text.lines(), escape: escape.unwrap_or('\\'), is_broken: false }
    }

    /// Passes over the bodies of the heredocs that an instruction begins.
    fn skip_heredocs(&mut self, instruction: &str) {
        for word in instruction.split_ascii_whitespace() {
            let Some((descriptor, end)) = word.split_once("<<") else { continue };
            let end = end.strip_prefix('-').unwrap_or(end).trim_matches(['"', '\'']);
            let is_name = end.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.');
            if end.is_empty() || !is_name || !descriptor.bytes().all(|b| b.is_ascii_digit()) {
                continue;
            }
            if !self.lines.any(|line| line.trim_start_matches('\t') == end) {
                self.is_broken = true;
                return;
            }
        }
    }
}

impl<'a> Iterator for Instructions<'a> {
    type Item = (&'a str, Cow<'a, str>);

    fn next(&mut self) -> Option<Self::Item> {
        let is_nothing = |line: &str| line.is_empty() || line.starts_with('#');
        let first = self.lines.by_ref().map(str::trim).find(|line| !is_nothing(line))?;
        let mut whole = Cow::Borrowed(first);
        while whole.ends_with(self.escape) {
            let Some(next) = self.lines.by_ref().map(str::trim).find(|line| !is_nothing(line))
            else {
                break;
            };
            let joined = whole.to_mut();
            joined.pop();
            joined.push_str(next);
        }
        let word = split_word(&whole).0;
        if ["RUN", "COPY", "ADD"].iter().any(|it| word.eq_ignore_ascii_case(it)) {
            self.skip_heredocs(&whole.clone());
        }
        Some((first, whole))
    }
}
