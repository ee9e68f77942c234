//! `*.gemspec`: dependencies of exactly one version. The others are for Bundler to resolve.

use model::{Dependency, Ecosystem, Relation};

use super::{
    super::{Files, Format, List, entries::Entries},
    requirements,
};

pub(crate) const FORMAT: Format = Format { name: "*.gemspec", claims, read, repair };

fn claims(path: &str) -> bool {
    path.ends_with(".gemspec")
}

fn repair(dependency: &Dependency, fixed: &str) -> String {
    format!("add_dependency {:?}, {:?}", dependency.package.name, format!(">= {fixed}"))
}

fn read(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    for wanted in requirements::of(entries.text()) {
        let Some(version) = wanted.version.strip_prefix('=') else { continue };
        let mut dependency = entries.found(Ecosystem::RubyGems, wanted.name, version.trim());
        dependency.relation = Relation::Direct;
        dependency.scope = wanted.scope;
        entries.push(dependency);
    }
    entries.finish()
}
