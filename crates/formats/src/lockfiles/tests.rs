//! What holds of every format.

use std::time::{Duration, Instant};

use model::{Dependency, Ecosystem, Package, Relation};
use proptest::prelude::*;

use super::{
    List, format_of,
    testing::{Folder, folder, read},
};

const PATHS: &[&str] = &[
    "Cargo.lock",
    "Cargo.toml",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "deno.lock",
    "package.json",
    "requirements.txt",
    "Pipfile.lock",
    "poetry.lock",
    "pdm.lock",
    "uv.lock",
    "pylock.toml",
    "environment.yml",
    "conda-lock.yml",
    "go.mod",
    "go.sum",
    "go.work",
    "vendor/modules.txt",
];

/// Pieces that mean something to some reader, so that their mixtures get far.
const PIECES: &[&str] = &[
    "\"",
    "'",
    "{",
    "}",
    "[",
    "]",
    ":",
    ": ",
    ",",
    "\n",
    "\n  ",
    "\n    ",
    " ",
    "=",
    "==",
    "@",
    "/",
    "(",
    ")",
    "=>",
    "#",
    "//",
    "/*",
    "\\\n",
    "-r ",
    "- ",
    "? ",
    "&a ",
    "*a",
    "[[package]]\n",
    "name = ",
    "version = ",
    "source = ",
    "dependencies",
    "\"dependencies\"",
    "\"packages\"",
    "\"version\"",
    "packages:",
    "importers:",
    "snapshots:",
    "lockfileVersion: ",
    "node_modules/",
    "npm:",
    "jsr:",
    "__metadata:",
    "resolution",
    "require ",
    "replace ",
    "go 1.16",
    "v1.2.3",
    "1.2.3",
    "\"1.2.3\"",
    "a",
    "\"a\"",
    "@b/c",
    "h1:x",
    "/go.mod",
    "via",
    "\u{feff}",
    "ö",
    "\u{0}",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_bytes_make_a_reader_panic(
        path in prop::sample::select(PATHS),
        bytes in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        read(path, &Folder::from([(path.to_owned(), bytes)]));
    }

    #[test]
    fn no_mixture_of_pieces_makes_a_reader_panic(
        path in prop::sample::select(PATHS),
        beside in prop::sample::select(PATHS),
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60),
        manifest in prop::collection::vec(prop::sample::select(PIECES), 0..30),
    ) {
        let files = folder(&[(beside, &manifest.concat()), (path, &pieces.concat())]);
        for dependency in &read(path, &files).dependencies {
            let repair = (format_of(path).unwrap().repair)(dependency, "1.2.4");
            prop_assert!(!repair.contains(['\n', '\0']), "{repair:?}");
        }
    }
}

#[test]
fn repeated_pieces_cost_time_in_proportion() {
    for path in PATHS {
        for piece in PIECES {
            let text = piece.repeat(300_000 / piece.len());
            let files = folder(&[(path, &text)]);
            let start = Instant::now();
            (format_of(path).unwrap().read)(path, &files[*path], &files);
            assert!(start.elapsed() < Duration::from_secs(2), "{path} {piece:?}");
        }
    }
}

fn chain(facts: &[(Relation, &[u32])]) -> List {
    let dependencies = facts.iter().map(|(relation, needed_by)| {
        let (name, version) = ("x".into(), "1".into());
        let package = Package { ecosystem: Ecosystem::Npm, release: None, name, version };
        let mut dependency = Dependency::new(package);
        dependency.relation = *relation;
        dependency.needed_by = needed_by.to_vec();
        dependency
    });
    List { dependencies: dependencies.collect(), problems: Vec::new() }
}

#[test]
fn the_shortest_path_from_what_is_asked_for_is_found_in_cycles_too() {
    use Relation::{Direct, Transitive};
    let list = chain(&[
        (Direct, &[2]),
        (Transitive, &[0, 2]),
        (Transitive, &[1, 3]),
        (Direct, &[]),
        (Transitive, &[5]),
        (Transitive, &[4]),
    ]);
    assert_eq!(list.path_to(2), [3, 2]);
    assert_eq!(list.path_to(1), [0, 1]);
    assert_eq!(list.path_to(0), [0]);
    assert_eq!(list.path_to(4), [4]);
    assert_eq!(list.path_to(99), [99]);
}

#[test]
fn a_chain_that_nobody_would_follow_is_not_told() {
    let dependency = |relation, needed_by: Vec<u32>| Dependency {
        relation,
        needed_by,
        ..Dependency::new(Package {
            ecosystem: Ecosystem::Npm,
            release: None,
            name: "a".into(),
            version: "1".into(),
        })
    };
    let mut list = List::default();
    list.dependencies.push(dependency(Relation::Direct, vec![]));
    for above in 0..100_000 {
        list.dependencies.push(dependency(Relation::Transitive, vec![above]));
    }
    assert_eq!(list.path_to(10).len(), 11);
    assert_eq!(list.path_to(100), [100]);
    assert_eq!(list.path_to(100_000), [100_000]);
    // One that very many need.
    list.dependencies.push(dependency(Relation::Transitive, (0..100_000).rev().collect()));
    let start = Instant::now();
    for _ in 0..1_000 {
        assert!(list.path_to(100_001).len() < 100);
    }
    assert!(start.elapsed() < Duration::from_secs(10));
}
