//! Conda's environments, and the lock files that conda-lock makes of them. Both may list packages of PyPI too.

use model::{Ecosystem, Relation, Scope};

use super::{
    super::{FilePath, Files, List, entries::Entries, needs::Tell},
    graph::Graph,
    requirement,
};
use crate::{Problem, json::Value, yaml};

pub(super) fn claims_environment(FilePath { name, .. }: FilePath<'_>) -> bool {
    let stem = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml"));
    stem.is_some_and(|stem| stem.starts_with("environment") || stem.ends_with("environment"))
}

pub(super) fn claims_lock(FilePath { name, .. }: FilePath<'_>) -> bool {
    let stem = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml"));
    stem.is_some_and(|stem| stem == "conda-lock" || stem.ends_with(".conda-lock"))
}

/// `environment.yml`. Files of other programs have that name too; without a list of `dependencies` nothing is said about them.
pub(super) fn read_environment(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let documents = yaml::parse(entries.text());
    let is_any = documents.roots.iter().any(|root| !root.get("dependencies").items().is_empty());
    if let Some(problem) = documents.problem.filter(|_| is_any) {
        entries.push_problem(problem);
    }
    let mut open = 0_usize;
    let listed = documents.roots.iter().flat_map(|root| root.get("dependencies").items());
    let mut list = |entries: &mut Entries<'_>, ecosystem, found: Option<(&str, &str)>| match found {
        Some((name, version)) => {
            let mut found = entries.found(ecosystem, name, version);
            found.relation = Relation::Direct;
            entries.push(found);
        }
        None => open += 1,
    };
    for item in listed {
        if let Some(spec) = item.as_str() {
            list(&mut entries, Ecosystem::Conda, pinned(spec));
        }
        for requirement in item.get("pip").items().iter().filter_map(Value::as_str) {
            let found = requirement::parse(requirement);
            let found = found.and_then(|found| Some((found.name, found.pinned()?)));
            list(&mut entries, Ecosystem::PyPi, found);
        }
    }
    if open > 0 {
        let message = format!("{open} dependencies name no single version");
        entries.push_problem(Problem::general(message));
    }
    entries.finish()
}

/// Name and version of `channel::name=1.0=build`, `name==1.0` or `name 1.0`. A single `=` means any version that begins so, and is what
/// conda itself writes for the one that is installed.
fn pinned(spec: &str) -> Option<(&str, &str)> {
    let spec = spec.rsplit("::").next().unwrap_or(spec).trim();
    let (spec, _) = spec.split_once('[').unwrap_or((spec, ""));
    let (name, rest) = spec.split_at(spec.find(['=', ' ', '<', '>', '!', '~'])?);
    let rest = rest.trim_start_matches([' ', '=']);
    let version = rest.split(['=', ' ']).next()?;
    let is_version = version.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !version.contains(['*', '<', '>', ',', '|', '~', '!']);
    (is_version && !name.is_empty()).then_some((name, version))
}

/// `conda-lock.yml`: one entry for each platform; the same package and version is listed once.
pub(super) fn read_lock(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let documents = yaml::parse(entries.text());
    if let Some(problem) = documents.problem {
        entries.push_problem(problem);
    }
    // A name means another package on either side.
    let (mut conda, mut pypi) = (Graph::default(), Graph::default());
    let packages: Vec<_> =
        documents.roots.iter().flat_map(|root| root.get("package").items()).collect();
    let mut nodes = Vec::with_capacity(packages.len());
    for package in &packages {
        let name = package.text("name").unwrap_or_default();
        let version = package.text("version").unwrap_or_default();
        let is_pip = package.text("manager") == Some("pip");
        let ecosystem = if is_pip { Ecosystem::PyPi } else { Ecosystem::Conda };
        let url = package.text("url").unwrap_or_default();
        let is_release = !url.starts_with("git+") && !url.starts_with("file:");
        let found = is_release.then(|| {
            let mut found = entries.found(ecosystem, name, version);
            let category = package.text("category").unwrap_or("main");
            if matches!(category, "dev" | "test" | "docs") {
                found.scope = Scope::Development;
            }
            found
        });
        let graph = if is_pip { &mut pypi } else { &mut conda };
        nodes.push(graph.put(name, version, found, &mut entries));
    }
    for (package, node) in packages.iter().zip(nodes) {
        let is_pip = package.text("manager") == Some("pip");
        let graph = if is_pip { &mut pypi } else { &mut conda };
        for (name, _) in package.get("dependencies").entries() {
            graph.edge(node, name, None);
        }
    }
    conda.apply(&mut entries, Tell::Relation);
    pypi.apply(&mut entries, Tell::Relation);
    entries.finish()
}
