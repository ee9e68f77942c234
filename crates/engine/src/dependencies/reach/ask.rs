//! What an advisory names, as a question to the source files of the project.

use std::collections::{BTreeMap, BTreeSet};

use advisories::is_about;
use memchr::memmem;
use model::{Advisory, Ecosystem, Package, Relation};

use super::tokens::Language;
use crate::dependencies::At;

/// Symbols of one question; an advisory that names more is not asked about all of them.
const MAX_SYMBOLS: usize = 2_000;

/// A name of a package, as code writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Symbol {
    /// The type whose method it is.
    pub(super) of_type: Option<Box<str>>,
    /// Nothing: all of the package.
    pub(super) name: Option<Box<str>>,
    /// It may be called where its name does not stand: a method by an interface or a trait, a type by what returns it.
    pub(super) is_dynamic: bool,
}

/// Whether the project's code mentions what an advisory names.
pub(in crate::dependencies) struct Question {
    /// The finding that it is about.
    pub(in crate::dependencies) finding: usize,
    pub(super) language: Language,
    /// By the package's name in code.
    pub(super) symbols: BTreeSet<(Box<str>, Symbol)>,
    /// The package's name where lock files stand.
    pub(super) package: Box<str>,
    /// The folders whose code it is about. Empty where nobody could say that no code mentions it.
    pub(super) folders: Vec<Box<str>>,
}

impl Question {
    /// `None` where the advisories name nothing, or in no language that is understood.
    pub(in crate::dependencies) fn of(
        finding: usize,
        package: &Package,
        advisories: &[Advisory],
        at: &[At<'_>],
        files: &BTreeMap<String, Vec<u8>>,
    ) -> Option<Self> {
        let language = match package.ecosystem {
            Ecosystem::Go => Language::Go,
            Ecosystem::CratesIo => Language::Rust,
            _ => return None,
        };
        let affected = advisories.iter().flat_map(|advisory| &advisory.affected);
        let named = affected.filter(|affected| is_about(affected, package));
        let symbols: BTreeSet<_> = named
            .flat_map(|affected| &affected.functions)
            .flat_map(|functions| symbols(language, &functions.path, &functions.symbols))
            .take(MAX_SYMBOLS + 1)
            .collect();
        if symbols.is_empty() {
            return None;
        }
        let is_whole = symbols.len() <= MAX_SYMBOLS;
        let may_be_no = is_whole && at.iter().all(|at| is_own_concern(*at, package, files));
        let folders = at.iter().map(|at| folder(at.listed.path.as_str()).into());
        Some(Self {
            finding,
            language,
            symbols,
            package: (&*package.name).into(),
            folders: if may_be_no { folders.collect() } else { Vec::new() },
        })
    }
}

fn symbols(language: Language, path: &str, names: &[String]) -> Vec<(Box<str>, Symbol)> {
    match language {
        Language::Go if names.is_empty() && !path.is_empty() => {
            vec![(path.into(), Symbol { of_type: None, name: None, is_dynamic: false })]
        }
        Language::Go => names.iter().filter_map(|name| go_symbol(path, name)).collect(),
        Language::Rust => names.iter().filter_map(|name| rust_symbol(path, name)).collect(),
    }
}

/// `Server.Serve`, `Parse`. What is not exported, no other package can mention; the Go team's records name the exported functions
/// that lead to it beside it.
fn go_symbol(path: &str, name: &str) -> Option<(Box<str>, Symbol)> {
    let (of_type, name) = match name.split_once('.') {
        Some((of_type, name)) => (Some(of_type), name),
        None => (None, name),
    };
    let is_exported = |name: &str| name.chars().next().is_some_and(char::is_uppercase);
    if path.is_empty() || !is_exported(name) || !of_type.is_none_or(is_exported) {
        return None;
    }
    let symbol = Symbol {
        of_type: of_type.map(Into::into),
        name: Some(name.into()),
        is_dynamic: of_type.is_some(),
    };
    Some((path.into(), symbol))
}

/// `crossbeam_deque::Stealer` and `steal`, `ammonia` and `clean`.
fn rust_symbol(path: &str, name: &str) -> Option<(Box<str>, Symbol)> {
    let mut parts = path.split("::");
    let home = identifier(parts.next()?)?;
    let is_type = |name: &&str| name.starts_with(|c: char| c.is_uppercase());
    let of_type = parts.last().and_then(identifier).filter(is_type);
    let name = identifier(name)?;
    let symbol = Symbol {
        of_type: of_type.map(Into::into),
        name: Some(name.into()),
        is_dynamic: of_type.is_some() || is_type(&name),
    };
    Some((home.into(), symbol))
}

/// What a part of a path begins with, without its type's parameters.
fn identifier(part: &str) -> Option<&str> {
    let end = part.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(part.len());
    part.get(..end).filter(|name| !name.is_empty())
}

/// Whether nobody but the project's own code uses a package, as far as the file tells, and whether that code is here.
fn is_own_concern(at: At<'_>, package: &Package, files: &BTreeMap<String, Vec<u8>>) -> bool {
    let list = &at.listed.list.dependencies;
    // Somebody else's product, whose code is elsewhere.
    let is_bill = at.listed.format.name == formats::sbom::FORMAT.name;
    // Every module uses the standard library.
    let is_shared =
        &*package.name == "stdlib" && list.iter().any(|other| other.package.name != package.name);
    at.dependency.relation == Relation::Direct
        && at.dependency.needed_by.is_empty()
        && !is_bill
        && !is_shared
        && !replaces_another(at, package, files)
}

/// Whether a module stands for another one, whose path is what code imports.
fn replaces_another(at: At<'_>, package: &Package, files: &BTreeMap<String, Vec<u8>>) -> bool {
    let arrow = format!("=> {}", package.name);
    package.ecosystem == Ecosystem::Go
        && files
            .get(at.listed.path.as_str())
            .is_some_and(|text| memmem::find(text, arrow.as_bytes()).is_some())
}

/// The folder whose code a file of packages is about; the root's is empty.
fn folder(path: &str) -> &str {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    match folder.strip_suffix("vendor") {
        Some(above) if above.is_empty() || above.ends_with('/') => above.trim_end_matches('/'),
        _ => folder,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_other_package_can_mention_is_not_asked_about() {
        let names = ["Parse", "parse", "Server.Serve", "server.Serve", "Server.serve", ""];
        let names = names.map(str::to_owned);
        let asked: Vec<String> = symbols(Language::Go, "net/x", &names)
            .into_iter()
            .map(|(path, one)| format!("{path} {:?} {:?}", one.of_type, one.name.unwrap()))
            .collect();
        assert_eq!(asked, ["net/x None \"Parse\"", "net/x Some(\"Server\") \"Serve\""]);
        assert_eq!(symbols(Language::Go, "net/x", &[]).len(), 1);
        assert!(symbols(Language::Go, "", &names).is_empty());
    }

    #[test]
    fn paths_of_rust_are_read_without_parameters() {
        let asked = |path, name| {
            let (home, one) = rust_symbol(path, name)?;
            Some(format!("{home} {:?} {:?} {}", one.of_type, one.name.unwrap(), one.is_dynamic))
        };
        assert_eq!(asked("ammonia", "clean").unwrap(), "ammonia None \"clean\" false");
        assert_eq!(asked("a::b", "clean").unwrap(), "a None \"clean\" false");
        assert_eq!(asked("a::Pool<H,T>", "free").unwrap(), "a Some(\"Pool\") \"free\" true");
        assert_eq!(asked("prost::Time", "Into<X>").unwrap(), "prost Some(\"Time\") \"Into\" true");
        assert_eq!(asked("", "clean"), None);
        assert_eq!(asked("<x>", "clean"), None);
    }

    #[test]
    fn a_file_of_packages_is_about_the_code_of_its_folder() {
        assert_eq!(folder("go.mod"), "");
        assert_eq!(folder("a/b/go.mod"), "a/b");
        assert_eq!(folder("vendor/modules.txt"), "");
        assert_eq!(folder("a/vendor/modules.txt"), "a");
        assert_eq!(folder("my-vendor/go.mod"), "my-vendor");
    }
}
