//! `Gemfile.lock`, `gems.locked` (Bundler).
//!
//! Indentation carries the meaning: two blanks an attribute of a source, four a gem, six what it needs. The lock file knows
//! no groups; the `Gemfile` and the gemspecs beside it are asked for what is for development only.

use std::collections::{BTreeSet, HashMap, HashSet};

use model::{Dependency, Ecosystem, Scope};

use super::{
    super::{
        FilePath, Files, Format, List,
        entries::Entries,
        needs::{NeedsByName, Tell},
        paths,
        repair::command,
    },
    requirements,
};

pub(crate) const FORMAT: Format = Format { name: "Gemfile.lock", claims, read, repair };

fn claims(FilePath { name, .. }: FilePath<'_>) -> bool {
    matches!(name, "Gemfile.lock" | "gems.locked") || name.ends_with(".gemfile.lock")
}

fn repair(dependency: &Dependency, _: &str) -> String {
    command("bundle update --conservative", &[&dependency.package.name])
}

/// A repository does not hold more gems that ask for others.
const MAX_GEMSPECS: usize = 64;

/// Which part of the file a line belongs to.
#[derive(Clone, Copy, PartialEq)]
enum Section {
    /// Gems of a registry.
    Gem,
    /// Gems of a folder of the project: what they need, the project asks for.
    Path,
    /// Gems of a git repository, which are not listed.
    Git,
    /// What the `Gemfile` asks for.
    Dependencies,
    Other,
}

fn read(path: &str, bytes: &[u8], files: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let mut needs = NeedsByName::default();
    let mut versions: HashSet<(&str, &str)> = HashSet::new();
    let mut direct: HashMap<&str, Scope> = HashMap::new();
    let mut gemspecs = BTreeSet::new();
    let mut section = Section::Other;
    let mut gem = None;
    let mut remote = "";
    let mut is_known = entries.text().trim_ascii().is_empty();
    for line in entries.text().lines() {
        let content = line.trim_start_matches(' ');
        match line.len() - content.len() {
            _ if content.trim().is_empty() => {}
            0 => {
                section = section_of(content.trim_end());
                is_known |= section != Section::Other;
            }
            2 if section == Section::Dependencies => {
                let name = content.split([' ', '!']).next().unwrap_or_default();
                direct.entry(name).or_insert(Scope::Production);
            }
            2 => remote = content.strip_prefix("remote: ").map_or(remote, str::trim),
            4 => {
                gem = None;
                let Some((name, version)) = name_and_version(content) else { continue };
                match section {
                    // A gem stands here once per platform.
                    Section::Gem if versions.insert((name, version)) => {
                        let dependency = entries.found(Ecosystem::RubyGems, name, version);
                        let index = entries.push(dependency);
                        gem = Some(needs.name(name, index));
                    }
                    Section::Gem => gem = needs.get(name),
                    Section::Git => gem = Some(needs.name(name, None)),
                    Section::Path if gemspecs.len() < MAX_GEMSPECS => {
                        gemspecs.insert(format!("{remote}/{name}.gemspec"));
                    }
                    _ => {}
                }
            }
            6 => {
                let name = content.split(' ').next().unwrap_or_default();
                match (section, gem) {
                    (Section::Gem | Section::Git, Some(gem)) => needs.edge(gem, name),
                    (Section::Path, _) => {
                        direct.insert(name, Scope::Production);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    if !is_known {
        entries.unread(entries.text(), "No section of Bundler stands in this file");
    }
    for name in groups_of_development(path, files, &gemspecs) {
        if let Some(scope) = direct.get_mut(&*name) {
            *scope = Scope::Development;
        }
    }
    for (name, scope) in direct {
        needs.root(name, scope);
    }
    needs.apply(&mut entries, Tell::RelationAndScope);
    entries.finish()
}

fn section_of(heading: &str) -> Section {
    match heading {
        "GEM" => Section::Gem,
        "PATH" => Section::Path,
        "GIT" => Section::Git,
        "DEPENDENCIES" => Section::Dependencies,
        _ => Section::Other,
    }
}

/// `nokogiri (1.15.4-x86_64-linux)`: a platform follows a hyphen, which no version of a gem contains.
fn name_and_version(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.split_once(" (")?;
    let (version, _) = rest.split_once(')')?;
    Some((name, version.split('-').next().unwrap_or(version)))
}

/// The names that the `Gemfile` and the gemspecs of the project ask for in development alone.
fn groups_of_development(
    path: &str,
    files: &dyn Files,
    gemspecs: &BTreeSet<String>,
) -> Vec<String> {
    let name = paths::file_name(path);
    let gemfile = match name {
        "gems.locked" => "gems.rb",
        name => name.strip_suffix(".lock").unwrap_or(name),
    };
    let text_of = |path: String| files.get(&path).and_then(|bytes| std::str::from_utf8(bytes).ok());
    let mut names = Vec::new();
    let mut production = Vec::new();
    let gemspecs = gemspecs.iter().filter_map(|spec| paths::join(paths::folder(path), spec));
    for text in std::iter::once(paths::beside(path, gemfile)).chain(gemspecs).filter_map(text_of) {
        for wanted in requirements::of(text) {
            match wanted.scope {
                Scope::Development => names.push(wanted.name.to_owned()),
                Scope::Production => production.push(wanted.name),
            }
        }
    }
    let production: HashSet<&str> = production.into_iter().collect();
    names.retain(|name| !production.contains(&**name));
    names
}
