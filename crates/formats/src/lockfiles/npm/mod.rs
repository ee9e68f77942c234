//! What package managers of JavaScript write. A version is a registry's if it is a number; everything else is a path, an address or a
//! checkout and is not listed.

mod bun;
mod deno;
mod manifest;
mod package_lock;
mod pnpm;
#[cfg(test)]
mod tests;
mod yarn;

use model::{Dependency, Relation, Scope};

use super::{Format, repair};

pub(super) const PACKAGE_LOCK: Format = Format {
    name: "package-lock.json",
    claims: |file| file.name == "package-lock.json",
    read: package_lock::read,
    repair: npm,
};

pub(super) const SHRINKWRAP: Format = Format {
    name: "npm-shrinkwrap.json",
    claims: |file| file.name == "npm-shrinkwrap.json",
    ..PACKAGE_LOCK
};

pub(super) const YARN: Format = Format {
    name: "yarn.lock",
    claims: |file| file.name == "yarn.lock",
    read: yarn::read,
    repair: |dependency, fixed| match dependency.relation {
        Relation::Transitive => overrides("resolutions", dependency, fixed, "yarn install"),
        _ => manifest_line(dependency, fixed, "yarn install"),
    },
};

pub(super) const PNPM: Format = Format {
    name: "pnpm-lock.yaml",
    claims: |file| file.name == "pnpm-lock.yaml",
    read: pnpm::read,
    repair: |dependency, fixed| match dependency.relation {
        Relation::Transitive => overrides("pnpm.overrides", dependency, fixed, "pnpm install"),
        _ => add("pnpm add", " --save-dev", dependency, fixed),
    },
};

pub(super) const BUN: Format = Format {
    name: "bun.lock",
    claims: |file| file.name == "bun.lock",
    read: bun::read,
    repair: |dependency, fixed| match dependency.relation {
        Relation::Transitive => overrides("overrides", dependency, fixed, "bun install"),
        _ => add("bun add", " --dev", dependency, fixed),
    },
};

pub(super) const DENO: Format = Format {
    name: "deno.lock",
    claims: |file| file.name == "deno.lock",
    read: deno::read,
    repair: deno::repair,
};

pub(super) const MANIFEST: Format = Format {
    name: "package.json",
    claims: |file| {
        file.name == "package.json" && !file.path.split('/').any(|part| part == "node_modules")
    },
    read: manifest::read,
    repair: |dependency, fixed| {
        let package = &dependency.package;
        format!("{}: {}", repair::quoted(&package.name), repair::quoted(fixed))
    },
};

/// Where manifests say what they ask for, and what for.
const SECTIONS: &[(&str, Scope)] = &[
    ("dependencies", Scope::Production),
    ("optionalDependencies", Scope::Production),
    ("peerDependencies", Scope::Production),
    ("devDependencies", Scope::Development),
];

fn npm(dependency: &Dependency, fixed: &str) -> String {
    match dependency.relation {
        Relation::Transitive => overrides("overrides", dependency, fixed, "npm install"),
        _ => add("npm install", " --save-dev", dependency, fixed),
    }
}

fn add(command: &str, development: &str, dependency: &Dependency, fixed: &str) -> String {
    let option = if dependency.scope == Scope::Development { development } else { "" };
    let wanted = format!("{}@{fixed}", dependency.package.name);
    repair::command(&format!("{command}{option}"), &[&wanted])
}

/// For what comes with another package: the one that brings it may not allow the fixed version yet.
fn overrides(section: &str, dependency: &Dependency, fixed: &str, install: &str) -> String {
    let (name, fixed) = (repair::quoted(&dependency.package.name), repair::quoted(fixed));
    let entry = section
        .rsplit('.')
        .fold(format!("{name}: {fixed}"), |inner, key| format!("\"{key}\": {{ {inner} }}"));
    format!("update what needs it, or add {entry} to package.json, then {install}")
}

fn manifest_line(dependency: &Dependency, fixed: &str, install: &str) -> String {
    let (name, fixed) = (repair::quoted(&dependency.package.name), repair::quoted(fixed));
    format!("set {name}: {fixed} in package.json, then {install}")
}

/// `name@rest`, at the first `@` that begins no scope.
fn split(text: &str) -> Option<(&str, &str)> {
    let at = text.get(1..)?.find('@')? + 1;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// The package behind an alias: `npm:name@range`.
fn alias(range: &str) -> Option<(&str, &str)> {
    split(range.strip_prefix("npm:")?)
}

/// The package behind the address of a registry's file: `https://host/name/-/name-1.0.0.tgz`, also of `@scope/name`.
fn published(address: &str) -> Option<(&str, &str)> {
    let (path, file) = address.strip_prefix("https://")?.split_once("/-/")?;
    let (_, path) = path.split_once('/')?;
    let bare = path.rsplit('/').next()?;
    let name = path.find('@').and_then(|scope| path.get(scope..)).unwrap_or(bare);
    let version = file.strip_prefix(bare)?.strip_prefix('-')?.split(".tgz").next()?;
    is_version(version).then_some((name, version))
}

/// Whether it is a version as a registry has them, no path, address or tag.
fn is_version(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains([':', '/', '#', ' '])
}

/// Whether an address is that of a checkout, an archive of one, or a file, none of which is the registry's package.
fn is_elsewhere(address: &str) -> bool {
    const SCHEMES: &[&str] =
        &["bitbucket:", "file:", "git", "link:", "portal:", "ssh:", "workspace:"];
    SCHEMES.iter().any(|scheme| address.starts_with(scheme))
        || address.contains(".git#")
        || address.contains("://codeload.github.com/")
        || address.split(['#', '?']).next().is_some_and(|address| address.ends_with(".tar.gz"))
}
