//! Folders: what is walked, and what ignore files leave out, beside git itself.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Arc, Mutex},
};

use model::Note;
use sources::{
    Limits, Piece, Sink, Sinks,
    directory::{self, Options},
};
use test_kit::Repo;

/// How often each path was fed.
#[derive(Clone, Default)]
struct Fed {
    paths: Arc<Mutex<BTreeMap<String, usize>>>,
    /// Stop after so many.
    most: Option<usize>,
}

impl Fed {
    fn paths(&self) -> Vec<String> {
        let paths = self.paths.lock().unwrap();
        assert!(paths.values().all(|times| *times == 1), "{paths:?}");
        paths.keys().cloned().collect()
    }
}

impl Sinks for Fed {
    type Sink = Self;

    fn sink(&self) -> Self {
        self.clone()
    }

    fn is_cancelled(&self) -> bool {
        Sink::is_cancelled(self)
    }
}

impl Sink for Fed {
    fn piece(&mut self, piece: &Piece<'_>) {
        let path = piece.origin.path().as_str().to_owned();
        *self.paths.lock().unwrap().entry(path).or_default() += 1;
    }

    fn note(&mut self, note: Note) {
        panic!("{note:?}");
    }

    fn is_cancelled(&self) -> bool {
        self.most.is_some_and(|most| self.paths.lock().unwrap().len() >= most)
    }
}

fn options(honour_ignore_files: bool, threads: usize) -> Options {
    let (is_excluded, limits) = (Arc::new(|_: &_| false), Limits::default());
    Options { honour_ignore_files, threads, limits, is_excluded }
}

fn walked(root: &Path, honour_ignore_files: bool) -> Vec<String> {
    let fed = Fed::default();
    directory::walk(root, &options(honour_ignore_files, 3), &fed).unwrap();
    fed.paths()
}

fn write(root: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// A repository with rules of every kind, and files that they are about.
fn repository() -> Repo {
    let repo = Repo::new();
    let rules = "\u{feff}*.log\r\n\n# comment\n/build/\n!keep.log\ndocs/**/tmp\nabc\\ \r\n[bad\nx{1,2}\n[{]y\nleft{\ntab\t\nblank  \nvendor/*\n!vendor/own\n**/deep.txt\nfolder-only/\n";
    write(
        repo.path(),
        &[
            (".gitignore", rules),
            (".git/info/exclude", "*.excluded\n"),
            ("inner/.gitignore", "!inner.log\n/secret.env\nnested/*.txt\n"),
            ("inner/nested/.gitignore", "!kept.txt\n*.md"),
        ],
    );
    for path in [
        "a.log",
        "keep.log",
        "inner/inner.log",
        "inner/other.log",
        "inner/secret.env",
        "inner/more/secret.env",
        "inner/more/inner.log",
        "inner/nested/kept.txt",
        "inner/nested/other.txt",
        "inner/nested/read.md",
        "secret.env",
        "build/out.txt",
        "inner/build/out.txt",
        "docs/tmp/a.txt",
        "docs/a/b/tmp/a.txt",
        "docs/tmp.txt",
        "vendor/other/a.txt",
        "vendor/own/a.txt",
        "x/y/deep.txt",
        "folder-only",
        "x/folder-only/a.txt",
        "some.excluded",
        "x/some.excluded",
        "[bad",
        "abc ",
        "x1",
        "x{1,2}",
        "{y",
        "left{",
        "left",
        "tab",
        "tab\t",
        "blank",
        "x/\u{e9}\u{e8}.log",
        "x/\u{e9}.txt",
    ] {
        write(repo.path(), &[(path, "text\n")]);
    }
    repo
}

#[test]
fn what_git_ignores_is_left_out() {
    let repo = repository();
    let listed = repo.git(&["ls-files", "-z", "--others", "--exclude-standard"]);
    let mut expected: Vec<String> =
        listed.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect();
    expected.sort();
    assert!(expected.contains(&"keep.log".to_owned()));
    assert_eq!(walked(repo.path(), true), expected);
    let all = walked(repo.path(), false);
    assert!(all.len() > expected.len() + 10, "{all:?}");
    assert!(all.iter().all(|path| !path.starts_with(".git/")), "{all:?}");
}

#[test]
fn rules_from_above_hold_and_what_is_nearer_goes_before() {
    let repo = repository();
    write(
        repo.path(),
        &[
            (".ignore", "!a.log\n*.env\n"),
            ("inner/.ignore", "!secret.env\n"),
            ("inner/more/.ignore", "inner.log\n"),
        ],
    );
    let inner = walked(&repo.path().join("inner"), true);
    let ignore_files = [".gitignore", ".ignore", "more/.ignore", "nested/.gitignore"];
    let files = ["inner.log", "more/secret.env", "nested/kept.txt", "secret.env"];
    let mut expected: Vec<&str> = ignore_files.iter().chain(&files).copied().collect();
    // `/build/` is about the top.
    expected.push("build/out.txt");
    expected.sort_unstable();
    assert_eq!(inner, expected);
    let all = walked(repo.path(), true);
    assert!(all.contains(&"a.log".to_owned()) && !all.contains(&"secret.env".to_owned()));
}

#[test]
fn a_repository_keeps_to_its_own_rules() {
    let outer = Repo::new();
    write(outer.path(), &[(".gitignore", "*.env\nleft-out/\n"), (".ignore", "*.tmp\n")]);
    let files = ["a.env", "a.txt", "a.tmp", "left-out/a.txt"];
    for folder in ["", "inner/", "inner/deep/", "left-out/repo/"] {
        for file in files {
            write(outer.path(), &[(&format!("{folder}{file}"), "text\n")]);
        }
    }
    let inner = outer.path().join("inner");
    for folder in [&inner, &outer.path().join("left-out/repo")] {
        outer.git(&["init", "--quiet", folder.to_str().unwrap()]);
    }
    write(&inner, &[(".gitignore", "a.txt\n")]);
    // `.ignore` knows no repositories.
    let of_inner = [".gitignore", "a.env", "deep/a.env"].map(str::to_owned);
    assert_eq!(walked(&inner, true), of_inner);
    assert_eq!(
        walked(outer.path(), true),
        [".gitignore", ".ignore", "a.txt", "inner/.gitignore", "inner/a.env", "inner/deep/a.env"]
    );
    assert_eq!(walked(&inner.join("deep"), true), ["a.env"]);
    // Above what is in no repository, a `.gitignore` is about something else.
    let plain = tempfile::tempdir().unwrap();
    write(plain.path(), &[(".gitignore", "*\n"), (".ignore", "*.tmp\n")]);
    write(plain.path(), &[("inner/a.txt", "text\n"), ("inner/a.tmp", "text\n")]);
    assert_eq!(walked(&plain.path().join("inner"), true), ["a.txt"]);
}

#[test]
#[cfg(unix)]
fn excludes_are_read_where_links_lead() {
    let (one, other) = (repository(), Repo::new());
    fs::remove_dir_all(other.path().join(".git/info")).unwrap();
    let info = other.path().join(".git/info");
    std::os::unix::fs::symlink(one.path().join(".git/info"), &info).unwrap();
    write(other.path(), &[("a.excluded", "text\n"), ("a.txt", "text\n")]);
    assert_eq!(walked(other.path(), true), ["a.txt"]);
    // What is no folder holds nothing.
    fs::remove_file(&info).unwrap();
    fs::write(&info, "").unwrap();
    assert_eq!(walked(other.path(), true), ["a.excluded", "a.txt"]);
}

#[test]
fn a_linked_worktree_has_the_excludes_of_its_repository() {
    let repo = repository();
    repo.git(&["add", "keep.log"]);
    repo.git(&["commit", "-m", "first"]);
    let elsewhere = tempfile::tempdir().unwrap();
    let tree = elsewhere.path().join("tree");
    repo.git(&["worktree", "add", "--detach", tree.to_str().unwrap()]);
    write(&tree, &[("a.excluded", "text\n"), ("a.txt", "text\n")]);
    assert_eq!(walked(&tree, true), ["a.txt", "keep.log"]);
}

#[test]
fn each_file_is_fed_once_whoever_reads_it() {
    let root = tempfile::tempdir().unwrap();
    let mut expected = Vec::new();
    for number in 0..500 {
        let path = match number % 5 {
            0 => format!("{number}.txt"),
            _ => format!("{}/{}/{number}.txt", number % 7, number % 3),
        };
        write(root.path(), &[(&path, "text\n")]);
        expected.push(path);
    }
    expected.sort();
    for threads in [0, 1, 2, 7] {
        let fed = Fed::default();
        directory::walk(root.path(), &options(true, threads), &fed).unwrap();
        assert_eq!(fed.paths(), expected, "{threads} threads");
    }
    // Whoever is told to stop, stops: each worker after the file that it has in hand.
    let fed = Fed { most: Some(10), ..Fed::default() };
    directory::walk(root.path(), &options(true, 2), &fed).unwrap();
    assert!((10..=12).contains(&fed.paths().len()), "{:?}", fed.paths());
}
