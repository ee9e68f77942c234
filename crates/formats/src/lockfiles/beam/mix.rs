//! `mix.lock`: an Elixir map with a line per package, with the `mix.exs` beside it for what is asked for directly.
//!
//! `"plug": {:hex, :plug, "1.14.2", "<hash>", [:mix], [{:mime, "~> 1.0", [hex: :mime, ..]}, ..], "hexpm", "<hash>"},`

use model::{Dependency, Ecosystem, Scope};

use super::super::{
    FilePath, Files, Format, List,
    entries::Entries,
    needs::{NeedsByName, Tell},
    paths,
    repair::command,
};

pub(crate) const FORMAT: Format = Format { name: "mix.lock", claims, read, repair };

fn claims(FilePath { name, .. }: FilePath<'_>) -> bool {
    name == "mix.lock"
}

fn repair(dependency: &Dependency, _: &str) -> String {
    command("mix deps.update", &[&dependency.package.name])
}

fn read(path: &str, bytes: &[u8], files: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let mut needs = NeedsByName::default();
    // Older ones begin with a package in the map's first line.
    for line in entries.text().lines().map(|line| line.trim().trim_start_matches("%{")) {
        let Some(entry) = line.strip_prefix('"').and_then(|line| line.split_once("\": {")) else {
            continue;
        };
        let (application, value) = entry;
        // A git repository or a folder is no package of Hex.
        let Some(value) = value.strip_prefix(":hex,") else { continue };
        let mut parts = value.splitn(3, ',');
        let name =
            parts.next().unwrap_or_default().trim().trim_start_matches(':').trim_matches('"');
        // Before Hex had hashes, the tuple ended here: `{:hex, :plug, "0.9.0"}`.
        let version = parts.next().unwrap_or_default().trim().trim_start_matches('"');
        let version = version.split('"').next().unwrap_or_default();
        let dependency = entries.found(Ecosystem::Hex, name, version);
        let index = entries.push(dependency);
        // A project may call a package by another name; others need it by that one.
        let node = needs.name(application, index);
        for needed in parts.next().unwrap_or_default().split("{:").skip(1) {
            let name = needed.split([',', '}']).next().unwrap_or_default();
            needs.edge(node, name.trim_matches('"'));
        }
    }
    let manifest = files.get(&paths::beside(path, "mix.exs"));
    let manifest = manifest.and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
    for (name, scope) in requirements(manifest) {
        needs.root(name, scope);
    }
    needs.apply(&mut entries, Tell::RelationAndScope);
    entries.finish()
}

/// Tuples like `{:ex_doc, "~> 0.30", only: :dev}`, wherever they begin a line's content.
fn requirements(manifest: &str) -> impl Iterator<Item = (&str, Scope)> {
    manifest.lines().filter_map(|line| {
        let content = line.trim().trim_start_matches('[');
        let (name, options) = content.strip_prefix("{:")?.split_once(',')?;
        let only = options.split_once("only:").map(|(_, only)| only.trim_start());
        // One environment, or a list of them.
        let is_development = only.is_some_and(|only| {
            let list = match only.strip_prefix('[') {
                Some(list) => list.split(']').next().unwrap_or_default(),
                None => only.split([',', '}']).next().unwrap_or_default(),
            };
            !list.contains(":prod")
        });
        let scope = if is_development { Scope::Development } else { Scope::Production };
        Some((name.trim().trim_matches('"'), scope))
    })
}
