//! `yarn.lock`, both of them: version 1 has a syntax of its own, Berry writes a narrow YAML. They share lines and indents, so one reader
//! goes over the lines of both.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;
use model::{Ecosystem, Scope};

use super::{
    super::{
        Files, List,
        entries::Entries,
        needs::{Needs, Node, Tell},
        paths,
    },
    alias, is_elsewhere, is_version, manifest, split,
};

pub(super) fn read(path: &str, bytes: &[u8], files: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let file = parse(entries.text());
    if !file.blocks.is_empty() && file.blocks.iter().all(|block| block.version.is_empty()) {
        entries.unread(entries.text(), "No entry of Yarn stands in this file");
    }
    let mut lock = Lock { needs: Needs::default(), by_descriptor: HashMap::default() };
    let mut nodes = Vec::with_capacity(file.blocks.len());
    let mut by_resolution: HashMap<(&str, &str), Node, RandomState> = HashMap::default();
    for block in &file.blocks {
        let listed = if file.is_berry { block.of_berry() } else { block.of_version_1() };
        let index = listed.and_then(|(name, version)| {
            let found = entries.found(Ecosystem::Npm, name, version);
            entries.push(found)
        });
        let node = lock.needs.node(index);
        nodes.push(node);
        if let Some(listed) = listed {
            by_resolution.insert(listed, node);
        }
    }
    for (block, node) in file.blocks.iter().zip(&mut nodes) {
        if let Some(patched) = block.patched().and_then(|patched| by_resolution.get(&patched)) {
            *node = *patched;
        }
        for descriptor in &block.descriptors {
            lock.by_descriptor.insert(descriptor, *node);
        }
    }
    for (block, node) in file.blocks.iter().zip(&nodes) {
        for (name, range) in &block.needs {
            if let Some(needed) = lock.resolve(name, range) {
                lock.needs.edge(*node, needed);
            }
        }
    }
    if file.is_berry {
        lock.ask_members(&file.blocks, path, files);
    } else {
        lock.ask(&manifest::asked_beside(path, files));
    }
    lock.needs.apply(&mut entries, Tell::RelationAndScope);
    entries.finish()
}

struct Lock<'a> {
    needs: Needs,
    /// `name@range`, as dependents ask for it.
    by_descriptor: HashMap<&'a str, Node, RandomState>,
}

impl Lock<'_> {
    /// Berry writes the registry's protocol into descriptors, but not always where they are asked for.
    fn resolve(&self, name: &str, range: &str) -> Option<Node> {
        let plain = self.by_descriptor.get(format!("{name}@{range}").as_str());
        plain.or_else(|| self.by_descriptor.get(format!("{name}@npm:{range}").as_str())).copied()
    }

    fn ask(&mut self, asked: &[manifest::Asked]) {
        for asked in asked {
            if let Some(node) = self.resolve(&asked.name, &asked.range) {
                self.needs.root(node, asked.scope);
            }
        }
    }

    /// Members of the workspace have blocks, but only their manifests say what is for development.
    fn ask_members(&mut self, blocks: &[Block<'_>], path: &str, files: &dyn Files) {
        let mut seen = HashSet::new();
        for block in blocks {
            let Some((_, folder)) = block.resolution.split_once("@workspace:") else { continue };
            let folder = paths::join(paths::folder(path), folder);
            let Some(manifest) = folder.and_then(|folder| paths::join(&folder, "package.json"))
            else {
                continue;
            };
            if seen.contains(&manifest) {
                continue;
            }
            let asked = manifest::asked_at(&manifest, files);
            seen.insert(manifest);
            self.ask(&asked);
            if asked.is_empty() {
                for (name, range) in &block.needs {
                    if let Some(node) = self.resolve(name, range) {
                        self.needs.root(node, Scope::Production);
                    }
                }
            }
        }
    }
}

#[derive(Default)]
struct File<'a> {
    is_berry: bool,
    blocks: Vec<Block<'a>>,
}

/// One entry, as it is written.
#[derive(Default)]
struct Block<'a> {
    descriptors: Vec<&'a str>,
    version: &'a str,
    /// `resolved` of version 1, `resolution` of Berry.
    resolution: &'a str,
    needs: Vec<(&'a str, &'a str)>,
}

impl<'a> Block<'a> {
    fn of_version_1(&self) -> Option<(&'a str, &'a str)> {
        let (name, range) = split(self.descriptors.first()?)?;
        let is_registry = is_version(self.version)
            && !is_elsewhere(self.resolution)
            && (!is_elsewhere(range) || self.resolution.contains("/-/"));
        is_registry.then(|| (alias(range).map_or(name, |(name, _)| name), self.version))
    }

    fn of_berry(&self) -> Option<(&'a str, &'a str)> {
        let (name, reference) = split(self.resolution)?;
        (reference.starts_with("npm:") && is_version(self.version)).then_some((name, self.version))
    }

    /// The package behind one that Berry has patched: it has a block of its own.
    fn patched(&self) -> Option<(&'a str, &'a str)> {
        let (name, reference) = split(self.resolution)?;
        reference.starts_with("patch:").then_some((name, self.version))
    }
}

fn parse(text: &str) -> File<'_> {
    let mut file = File::default();
    let mut is_in_needs = false;
    for line in text.lines() {
        let content = line.trim_start_matches(' ');
        let indent = line.len() - content.len();
        let content = content.trim_end();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if indent == 0 {
            is_in_needs = false;
            // A key of more than 1,024 characters is written `? key`, and its colon stands alone.
            if content == ":" {
                continue;
            }
            let key = content.strip_prefix("? ").unwrap_or(content);
            let key = key.strip_suffix(':').unwrap_or(key);
            file.is_berry |= key == "__metadata";
            let descriptors = descriptors(key, file.is_berry);
            file.blocks.push(Block { descriptors, ..Block::default() });
            continue;
        }
        let Some(block) = file.blocks.last_mut() else { continue };
        let (key, value) = key_and_value(content);
        if indent <= 2 {
            is_in_needs = matches!(key, "dependencies" | "optionalDependencies");
            match key {
                "version" => block.version = value,
                "resolved" | "resolution" => block.resolution = value,
                _ => {}
            }
        } else if is_in_needs {
            block.needs.push((key, value));
        }
    }
    file
}

/// `"a@^1", b@^2` of version 1, `"a@npm:^1, b@npm:^2"` of Berry.
fn descriptors(key: &str, is_berry: bool) -> Vec<&str> {
    let mut all = Vec::new();
    let mut rest = key;
    while !rest.is_empty() {
        let (token, behind) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => rest.split_once(", ").unwrap_or((rest, "")),
        };
        if is_berry {
            all.extend(token.split(", "));
        } else {
            all.push(token);
        }
        rest = behind.trim_start_matches([',', ' ']);
    }
    all
}

/// `key "value"` of version 1, `key: value` of Berry, either in quotes or not.
fn key_and_value(content: &str) -> (&str, &str) {
    let (key, rest) = match content.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
        None => {
            let end = content.find([' ', ':']).unwrap_or(content.len());
            content.split_at(end)
        }
    };
    let value = rest.trim_start_matches([':', ' ']);
    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    (key, value)
}
