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
        let mut dependency = Dependency::new(Package::new(Ecosystem::Npm, "x", "1"));
        dependency.relation = *relation;
        dependency.needed_by = needed_by.to_vec();
        dependency
    });
    List { dependencies: dependencies.collect(), ..List::default() }
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
fn a_chain_leads_through_another_only_if_all_of_them_do_and_are_known() {
    use Relation::{Direct, Transitive, Unknown};
    let through = |facts: &[(Relation, &[u32])], index, gate: usize| {
        let list = List { tells_all_needs: true, ..chain(facts) };
        let is_gate = |found: &Dependency| std::ptr::eq(found, &list.dependencies[gate]);
        assert!(!chain(facts).leads_through(index, |_| true));
        list.leads_through(index, is_gate)
    };
    // 3 is needed by 1 and 2, these by 0, in a cycle with 4.
    let diamond: [(_, &[u32]); 5] = [
        (Direct, &[]),
        (Transitive, &[0]),
        (Transitive, &[0, 4]),
        (Transitive, &[1, 2]),
        (Transitive, &[2]),
    ];
    assert!(through(&diamond, 3, 0) && through(&diamond, 4, 2));
    assert!(!through(&diamond, 3, 1) && !through(&diamond, 3, 3) && !through(&diamond, 0, 0));
    assert!(!through(&[(Direct, &[]), (Direct, &[0])], 1, 0));
    assert!(!through(&[(Direct, &[]), (Unknown, &[0])], 1, 0));
    assert!(!through(&[(Direct, &[]), (Transitive, &[])], 1, 0));
    assert!(!through(&[(Direct, &[]), (Transitive, &[2]), (Transitive, &[1])], 1, 0));
    assert!(!through(&diamond, 9, 0));
}

#[test]
fn only_lists_that_name_everybody_tell_all_needs() {
    let tells = |path: &str, text: &str| {
        let files = folder(&[(path, text)]);
        (format_of(path).unwrap().read)(path, &files[path], &files).tells_all_needs
    };
    let npm = |more: &str| {
        format!(
            r#"{{"packages": {{"": {{"dependencies": {{"a": "1"}}}}, "node_modules/a": {{"version": "1.0.0", "dependencies": {{"b": "1"}}}},
            "node_modules/b": {{"version": "1.0.0"}}{more}}}}}"#
        )
    };
    assert!(tells("package-lock.json", &npm("")));
    let checkout = r#", "node_modules/c": {"version": "1.0.0", "resolved": "git+ssh://git@example.org/c.git#1", "dependencies": {"b": "1"}}"#;
    assert!(!tells("package-lock.json", &npm(checkout)));
    let cargo = |source: &str| {
        format!(
            "[[package]]\nname = \"app\"\nversion = \"1.0.0\"\ndependencies = [\"a\"]\n\
             [[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"{source}\"\ndependencies = [\"b\"]\n\
             [[package]]\nname = \"b\"\nversion = \"1.0.0\"\nsource = \"registry+https://example.org\"\n"
        )
    };
    assert!(tells("Cargo.lock", &cargo("registry+https://example.org")));
    assert!(!tells("Cargo.lock", &cargo("git+https://example.org/a")));
    assert!(!tells("yarn.lock", "# yarn lockfile v1\n\na@1:\n  version \"1.0.0\"\n"));
}

#[test]
fn a_chain_that_nobody_would_follow_is_not_told() {
    let dependency = |relation, needed_by: Vec<u32>| Dependency {
        relation,
        needed_by,
        ..Dependency::new(Package::new(Ecosystem::Npm, "a", "1"))
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

#[test]
fn what_was_not_read_is_told_apart_from_what_says_too_little() {
    let is_unread = |path: &str, text: &str| {
        let list = read(path, &folder(&[(path, text)]));
        assert!(!list.problems.is_empty(), "{path}: {text}");
        list.problems.iter().any(|problem| problem.is_unread)
    };
    for (path, text) in [
        ("package-lock.json", "{\"packages\": {\"node_modules/a\": {\"version\": \"1.0.0\"}"),
        ("package-lock.json", "[]"),
        ("Cargo.lock", "version = 3\n[[package]]\nname = \"a\nversion = 1"),
        ("pnpm-lock.yaml", "packages:\n  a: [\n"),
        ("pom.xml", "<project><dependencies>"),
        ("pom.xml", "<html/>"),
        ("yarn.lock", "nothing of the kind\n"),
        (
            "yarn.lock",
            "a@^1:\n<<<<<<< HEAD\n  version \"1.0.0\"\n=======\n  version \"1.0.1\"\n>>>>>>> b\n",
        ),
        ("go.sum", "<<<<<<< HEAD\na v1.0.0 h1:x\n=======\n>>>>>>> b\n"),
        ("mix.lock", "%{\n<<<<<<< HEAD\n=======\n>>>>>>> b\n}\n"),
        ("a.spdx.json", "{\"@context\": \"https://spdx.org/rdf/3.0.1/spdx-context.jsonld\"}"),
    ] {
        assert!(is_unread(path, text), "{path}: {text}");
    }
    for (path, text) in [
        ("requirements.txt", "a>=1\n"),
        ("package.json", "{\"dependencies\": {\"a\": \"^1\"}}"),
        (
            "bom.json",
            "{\"bomFormat\": \"CycloneDX\", \"components\": [{\"type\": \"library\", \"name\": \"a\"}]}",
        ),
    ] {
        assert!(!is_unread(path, text), "{path}: {text}");
    }
    for (path, text) in [("yarn.lock", "# yarn lockfile v1\n\n"), ("a.spdx", "\n")] {
        assert_eq!(read(path, &folder(&[(path, text)])), List::default());
    }
}

#[test]
fn a_developers_name_in_another_encoding_hides_nothing() {
    let mut pom = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><project><groupId>g</groupId><artifactId>p</artifactId>\
        <version>1</version><developers><developer><name>Ren\xE9</name></developer></developers><dependencies><dependency>\
        <groupId>g</groupId><artifactId>a</artifactId><version>1.0</version></dependency></dependencies></project>"
        .to_vec();
    let mut files = Folder::from([("pom.xml".to_owned(), pom.clone())]);
    let list = (format_of("pom.xml").unwrap().read)("pom.xml", &files["pom.xml"], &files);
    assert_eq!((list.dependencies.len(), list.problems.len()), (1, 0));
    pom.retain(u8::is_ascii);
    let utf_16: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(pom.iter().flat_map(|byte| [*byte, 0])).collect();
    files.insert("pom.xml".to_owned(), utf_16);
    let list = (format_of("pom.xml").unwrap().read)("pom.xml", &files["pom.xml"], &files);
    assert_eq!((list.dependencies.len(), list.problems.len()), (1, 0));
}
