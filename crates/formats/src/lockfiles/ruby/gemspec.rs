//! `*.gemspec`: dependencies of exactly one version. The others are for Bundler to resolve.

use model::{Dependency, Ecosystem, Relation};

use super::{
    super::{FilePath, Files, Format, List, entries::Entries, repair::quoted},
    requirements,
};

pub(crate) const FORMAT: Format = Format { name: "*.gemspec", claims, read, repair };

fn claims(FilePath { name, .. }: FilePath<'_>) -> bool {
    name.ends_with(".gemspec")
}

fn repair(dependency: &Dependency, fixed: &str) -> String {
    // `#{..}` between double quotes is run.
    let text = |text: &str| quoted(text).replace('#', r"\#");
    let (name, fixed) = (text(&dependency.package.name), text(&format!(">= {fixed}")));
    format!("add_dependency {name}, {fixed}")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repair_runs_nothing() {
        let package = model::Package::new(Ecosystem::RubyGems, "a#{`id`}\"", "1");
        let told = repair(&Dependency::new(package), "2#{exit}");
        assert_eq!(told, r##"add_dependency "a\#{`id`}\"", ">= 2\#{exit}""##);
    }
}
