//! `vendor/modules.txt`: the modules whose packages were copied into the repository. <https://go.dev/ref/mod#go-mod-vendor>

use std::collections::HashMap;

use foldhash::fast::RandomState;
use model::Relation;

use super::{
    super::{Files, List, entries::Entries, paths},
    go_mod, is_version, module,
};

pub(super) fn read(path: &str, bytes: &[u8], files: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let above = paths::beside(paths::folder(path), "go.mod");
    let manifest = files.get(&above).map(Entries::of);
    let directives = manifest.as_ref().map(|manifest| go_mod::parse(manifest.text()));
    let required: HashMap<&str, bool, RandomState> = directives
        .iter()
        .flat_map(|directives| &directives.requires)
        .map(|require| (require.path, require.is_indirect))
        .collect();
    let text = entries.text();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(header) = line.strip_prefix("# ") else { continue };
        // What follows a module are facts about it and its packages. Replacements of modules that are not used have none.
        let facts = lines.peek().filter(|line| !line.starts_with("# "));
        let Some(facts) = facts else { continue };
        let is_explicit = facts.starts_with("## ") && facts.contains("explicit");
        let Some((path, listed)) = module_of_header(header) else { continue };
        let relation = match required.get(path) {
            Some(true) => Relation::Transitive,
            Some(false) => Relation::Direct,
            None if is_explicit => Relation::Unknown,
            None => Relation::Transitive,
        };
        if let Some((path, version)) = listed {
            let found = module(&entries, path, version, relation);
            entries.push(found);
        }
    }
    entries.finish()
}

/// The module's path and what was copied: itself, or what replaces it, which may be a folder.
fn module_of_header(header: &str) -> Option<(&str, Option<(&str, &str)>)> {
    let mut words = header.split_ascii_whitespace();
    let (path, version) = (words.next()?, words.next());
    let arrow = if version == Some("=>") { version } else { words.next() };
    let (listed_path, listed_version) =
        if arrow == Some("=>") { (words.next()?, words.next()) } else { (path, version) };
    let listed = listed_version.filter(|version| is_version(version));
    Some((path, listed.map(|version| (listed_path, version))))
}
