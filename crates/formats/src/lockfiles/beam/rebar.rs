//! `rebar.lock`: Erlang terms, `{<<"cowboy">>,{pkg,<<"cowboy">>,<<"2.9.0">>},0}` for a package at a depth of the tree.

use model::{Dependency, Ecosystem, Relation};

use super::super::{FilePath, Files, Format, List, entries::Entries, repair::command};

pub(crate) const FORMAT: Format = Format { name: "rebar.lock", claims, read, repair };

fn claims(FilePath { name, .. }: FilePath<'_>) -> bool {
    name == "rebar.lock"
}

fn repair(dependency: &Dependency, _: &str) -> String {
    command("rebar3 upgrade", &[&dependency.package.name])
}

fn read(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    for package in entries.text().split("{pkg,").skip(1) {
        let Some((name, rest)) = binary(package) else { continue };
        let Some((version, rest)) = rest.strip_prefix(',').and_then(binary) else { continue };
        // What follows may be hashes of the package; the depth stands behind its tuple.
        let depth = rest.split_once('}').map(|(_, rest)| rest.trim_start_matches(',').trim_start());
        let mut dependency = entries.found(Ecosystem::Hex, name, version);
        dependency.relation = match depth.and_then(|depth| depth.split('}').next()) {
            Some("0") => Relation::Direct,
            Some(_) => Relation::Transitive,
            None => Relation::Unknown,
        };
        entries.push(dependency);
    }
    entries.finish()
}

/// `<<"text">>`, and what follows it.
fn binary(text: &str) -> Option<(&str, &str)> {
    text.trim_start().strip_prefix("<<\"")?.split_once("\">>")
}
