//! Repositories.

use std::{
    ffi::OsStr,
    fs,
    io::Write as _,
    os::unix::{ffi::OsStrExt as _, fs::PermissionsExt as _},
    path::{Path, PathBuf},
    process::Stdio,
};

use flate2::{Compression, write::ZlibEncoder};
use test_kit::{Repo, isolated_git};

use crate::{Folder, Scanned, leak};

/// Who made a forged commit.
const WHO: &str = "author A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n";

/// Scans a repository from a folder that is not in it.
#[track_caller]
fn scan(repository: &Path, arguments: &[&str]) -> Scanned {
    crate::scan(Folder::new().outside(), repository, arguments)
}

/// A repository with a leak in `a.env`, which its second commit takes out.
fn leaked() -> Repo {
    let repo = Repo::new();
    repo.write("a.env", leak()).write("b.txt", "nothing\n").commit("leak");
    repo.write("a.env", "DB_PASSWORD=$FROM_VAULT\n").commit("mend");
    repo
}

/// Where a loose object is.
fn object(repo: &Repo, id: &str) -> PathBuf {
    repo.git_dir().join("objects").join(&id[..2]).join(&id[2..])
}

fn writable(path: &Path) -> &Path {
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    path
}

/// Writes a loose object under any id.
fn forge(repo: &Repo, id: &str, kind: &str, content: &[u8]) {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    zlib.write_all(format!("{kind} {}\0", content.len()).as_bytes()).unwrap();
    zlib.write_all(content).unwrap();
    let path = object(repo, id);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, zlib.finish().unwrap()).unwrap();
}

/// Runs git with `input` and gives the id it prints.
fn plumb(repo: &Repo, arguments: &[&str], input: &[u8]) -> String {
    let mut child = isolated_git(repo.path())
        .args(arguments)
        .current_dir(repo.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "git {arguments:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The single file of `folder` with that extension.
fn file_with(folder: &Path, extension: &str) -> PathBuf {
    let mut files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.find(|path| path.extension() == Some(OsStr::new(extension))).unwrap()
}

#[test]
fn an_empty_repository_is_clean_and_a_folder_is_none() {
    let empty = Repo::new();
    for arguments in [&[][..], &["--history"]] {
        assert_eq!(scan(empty.path(), arguments).code, Some(0), "{arguments:?}");
        assert_eq!(scan(empty.bare().path(), arguments).code, Some(0), "bare {arguments:?}");
    }
    let scanned = scan(empty.path(), &["--branch", "no-such"]);
    assert_eq!(scanned.code, Some(3));
    assert!(scanned.stderr.contains("no branch, tag or commit `no-such`"), "{}", scanned.stderr);
    let folder = Folder::new();
    let scanned = folder.scan(&["--history"]);
    assert_eq!(scanned.code, Some(3));
    assert!(scanned.stderr.contains("is not a git repository"), "{}", scanned.stderr);
}

#[test]
fn bare_ones_and_linked_work_trees_have_the_same_history() {
    let repo = leaked();
    let worktree = repo.worktree("side");
    for path in [repo.path(), &repo.git_dir(), repo.bare().path(), &worktree] {
        let scanned = scan(path, &["--history"]);
        assert_eq!((scanned.code, scanned.found()), (Some(1), vec!["a.env".to_owned()]));
    }
    assert_eq!(scan(repo.bare().path(), &[]).code, Some(0), "the last commit is clean");
}

#[test]
fn ids_may_be_of_sha_256() {
    let repo = Repo::sha256();
    repo.write("a.env", leak()).commit("leak");
    repo.write("a.env", "none\n").commit("mend");
    for packed in [false, true] {
        if packed {
            repo.git(&["gc", "--quiet"]);
        }
        let scanned = scan(repo.path(), &["--history"]);
        assert_eq!((scanned.code, scanned.found()), (Some(1), vec!["a.env".to_owned()]));
    }
}

#[test]
fn submodules_are_not_followed() {
    let inner = Repo::new();
    inner.write("inner.env", leak()).commit("leak");
    let outer = Repo::new();
    outer.write("a.txt", "nothing\n").submodule("inner", &inner).commit("with a submodule");
    let scanned = scan(outer.bare().path(), &[]);
    assert_eq!((scanned.code, scanned.found()), (Some(0), vec![]));
    scanned.assert_notes("submodule", Some("inner"), "scan its repository on its own");
    assert_eq!(scan(outer.bare().path(), &["--history"]).found(), Vec::<String>::new());
}

#[test]
fn what_a_shallow_or_partial_clone_lacks_is_told() {
    let repo = leaked();
    let scanned = scan(repo.shallow(1).path(), &["--history"]);
    assert_eq!((scanned.code, scanned.found()), (Some(4), vec![]));
    scanned.assert_notes("missing-object", None, "a shallow clone");
    let partial = repo.partial();
    let scanned = scan(partial.path(), &["--history"]);
    assert_eq!((scanned.code, scanned.found()), (Some(4), vec![]));
    scanned.assert_notes("missing-object", None, "a partial clone");
    scanned.assert_notes("missing-object", None, "3 blobs are not in this repository");
    let scanned = scan(partial.path(), &[]);
    assert_eq!(scanned.code, Some(4));
    scanned.assert_notes("missing-object", Some("a.env"), "its content is not in the repository");
}

#[test]
fn missing_objects_cost_themselves() {
    let repo = leaked();
    let blob = repo.git(&["rev-parse", "HEAD:b.txt"]);
    fs::remove_file(object(&repo, &blob)).unwrap();
    let scanned = scan(repo.path(), &["--history"]);
    assert_eq!((scanned.code, scanned.found()), (Some(1), vec!["a.env".to_owned()]));
    scanned.assert_notes("missing-object", None, "1 blobs are not in this repository");
    let scanned = scan(repo.path(), &["--branch", "main"]);
    assert_eq!(scanned.code, Some(4));
    scanned.assert_notes("missing-object", Some("b.txt"), "");
    let tree = repo.git(&["rev-parse", "HEAD^{tree}"]);
    fs::remove_file(object(&repo, &tree)).unwrap();
    let scanned = scan(repo.path(), &["--branch", "main"]);
    assert_eq!(scanned.code, Some(4));
    scanned.assert_notes("missing-object", None, "directory's tree is not in the repository");
    // Without the commit that HEAD names there is no state to scan, but there is a history.
    let commit = repo.git(&["rev-parse", "HEAD"]);
    fs::remove_file(object(&repo, &commit)).unwrap();
    let scanned = scan(&repo.git_dir(), &[]);
    assert_eq!(scanned.code, Some(3));
    assert!(scanned.stderr.contains("the commit that HEAD names"), "{}", scanned.stderr);
    let scanned = scan(repo.path(), &["--history"]);
    assert_eq!(scanned.found().len(), 1);
    scanned.assert_notes("missing-object", None, "1 commits are not in this repository");
}

#[test]
fn a_damaged_pack_costs_what_is_damaged() {
    let repo = leaked();
    repo.git(&["gc", "--quiet"]);
    let packs = repo.git_dir().join("objects/pack");
    let (pack, index) = (file_with(&packs, "pack"), file_with(&packs, "idx"));
    let (sound_pack, sound_index) = (fs::read(&pack).unwrap(), fs::read(&index).unwrap());
    for at in 0..sound_pack.len() {
        // Every byte would take long; the first ones are headers.
        if at > 16 && at % 61 != 0 {
            continue;
        }
        let mut damaged = sound_pack.clone();
        damaged[at] ^= 0xff;
        fs::write(writable(&pack), &damaged).unwrap();
        let scanned = scan(repo.path(), &["--history"]);
        assert!(matches!(scanned.code, Some(0 | 1 | 4)), "byte {at}: {:?}", scanned.code);
    }
    for (name, length) in [("half", sound_pack.len() / 2), ("nothing", 0)] {
        fs::write(writable(&pack), &sound_pack[..length]).unwrap();
        for arguments in [&["--history"][..], &["--branch", "main"]] {
            let scanned = scan(repo.path(), arguments);
            assert!(matches!(scanned.code, Some(1 | 3 | 4)), "{name} of it, {arguments:?}");
        }
    }
    fs::write(&pack, &sound_pack).unwrap();
    for length in [0, 7, 1_031, sound_index.len() - 1] {
        fs::write(writable(&index), &sound_index[..length]).unwrap();
        let scanned = scan(repo.path(), &["--history"]);
        assert_eq!(scanned.code, Some(4), "{length} bytes of it");
        scanned.assert_notes("corrupt", None, "could not be opened");
    }
}

#[test]
fn of_borrowed_objects_only_what_is_referred_to_is_looked_at() {
    let other = leaked();
    other.write("secret.env", "OTHER_PASSWORD=Qz8def346#ZR\n").commit("not ours");
    other.git(&["gc", "--quiet"]);
    let own = Repo::new();
    own.write("own.txt", "nothing\n").commit("own");
    let info = own.git_dir().join("objects/info/alternates");
    fs::write(&info, format!("{}\n", other.git_dir().join("objects").display())).unwrap();
    let scanned = scan(own.path(), &["--history"]);
    assert_eq!((scanned.code, scanned.found()), (Some(0), vec![]));
    let first = other.git(&["rev-parse", "HEAD~2"]);
    own.git(&["update-ref", "refs/heads/borrowed", &first]);
    let scanned = scan(own.path(), &["--history"]);
    assert_eq!((scanned.code, scanned.found()), (Some(1), vec!["a.env".to_owned()]));
    // Nowhere, to itself, or to something that is no folder of objects.
    for text in ["/nonexistent/objects\n", "../objects\n", "/dev/zero\n", "\"\\777\n"] {
        fs::write(&info, text).unwrap();
        let scanned = scan(own.path(), &["--history"]);
        assert!(matches!(scanned.code, Some(0 | 3 | 4)), "{text:?}: {}", scanned.stderr);
    }
}

#[test]
fn paths_of_trees_are_bytes() {
    let repo = Repo::new();
    repo.write(OsStr::from_bytes(b"\xff\x1b[31m\n.env"), leak()).commit("leak");
    for arguments in [&["--history"][..], &["--branch", "main"]] {
        let scanned = scan(repo.path(), arguments);
        assert_eq!(scanned.found(), ["\\xff\\x1b[31m\\x0a.env"]);
    }
}

#[test]
fn trees_are_entered_to_a_depth() {
    let repo = Repo::new();
    repo.write("near.env", leak()).commit("near");
    let blob = repo.git(&["rev-parse", "HEAD:near.env"]);
    let path = format!("{}far.env", "d/".repeat(1_000));
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{path}")]);
    repo.git(&["commit", "--quiet", "--message", "far"]);
    let scanned = scan(repo.path(), &["--branch", "main"]);
    assert_eq!(scanned.found(), ["near.env"]);
    scanned.assert_notes("limit", None, "nested too deeply");
    assert_eq!(scan(repo.path(), &["--history"]).found(), ["near.env"]);
}

#[test]
fn a_few_trees_that_stand_for_more_files_than_there_is_memory() {
    let repo = Repo::new();
    let blob = plumb(&repo, &["hash-object", "-w", "--stdin"], leak().as_bytes());
    let name = "n".repeat(200);
    let mut tree = plumb(&repo, &["mktree"], format!("100644 blob {blob}\ta.env\n").as_bytes());
    for _ in 0..40 {
        let twice = format!("040000 tree {tree}\t{name}1\n040000 tree {tree}\t{name}2\n");
        tree = plumb(&repo, &["mktree"], twice.as_bytes());
    }
    let commit = repo.git(&["commit-tree", "-m", "bomb", &tree]);
    repo.git(&["update-ref", "refs/heads/main", &commit]);
    let scanned = scan(repo.path(), &["--branch", "main"]);
    assert_eq!(scanned.code, Some(1));
    scanned.assert_notes("limit", None, "more files than can be kept in memory");
    let scanned = scan(repo.path(), &["--history"]);
    assert_eq!(scanned.code, Some(1));
    scanned.assert_notes("limit", None, "more paths than can be kept in memory");
}

#[test]
fn a_file_is_judged_where_it_matters_however_many_copies_came_before() {
    let repo = Repo::new();
    // What is found there is not reported, allowed by the user, reported in other words.
    for folder in ["node_modules/x", "allowed", "tests"] {
        for copy in 0..150 {
            repo.write(format!("{folder}/{copy}.env"), leak());
        }
        repo.commit(folder);
    }
    repo.write("production.env", leak()).commit("leak");
    // A commit without an author brings what it brings.
    let tree = repo.git(&["rev-parse", "HEAD^{tree}"]);
    let commit = format!("tree {tree}\n\nnobody\n");
    let hash = ["hash-object", "-w", "-t", "commit", "--literally", "--stdin"];
    let nobodys = plumb(&repo, &hash, commit.as_bytes());
    let folder = Folder::new();
    let settings = "[[allow]]\nreason = 'r'\npaths = ['allowed/**']\n";
    let config = folder.outside().join("settings.toml");
    fs::write(&config, settings).unwrap();
    let config = config.to_str().unwrap();
    repo.git(&["update-ref", "refs/heads/nobody", &nobodys]);
    for branch in ["main", "nobody"] {
        let scanned = crate::scan(
            folder.outside(),
            repo.path(),
            &["--history", "--config", config, "--branch", branch],
        );
        assert_eq!(scanned.code, Some(1), "{branch}: {}", scanned.stderr);
        let places = scanned.report["findings"][0]["places"].as_array().unwrap();
        assert!(places.iter().any(|place| place["path"] == "production.env"), "{branch}");
        assert!(places.len() < 110, "{branch}: {}", places.len());
    }
}

#[test]
fn objects_that_are_not_what_their_ids_say_end_as_well() {
    let repo = leaked();
    let (tag, tree, commit) = ("aa".repeat(20), "bb".repeat(20), "cc".repeat(20));
    // A tag on itself, a tree in itself (twice), a commit before itself, a tag on nothing readable.
    let text = format!("object {tag}\ntype tag\ntag t\n\nround\n");
    forge(&repo, &tag, "tag", text.as_bytes());
    let mut entries = Vec::new();
    for name in ["a", "b"] {
        entries.extend_from_slice(format!("40000 {name}\0").as_bytes());
        entries.extend([0xbb; 20]);
    }
    forge(&repo, &tree, "tree", &entries);
    let text = format!("tree {tree}\nparent {commit}\n{WHO}\n");
    forge(&repo, &commit, "commit", text.as_bytes());
    forge(&repo, &"dd".repeat(20), "tag", b"object none\n");
    let refs = repo.git_dir().join("refs");
    for (name, id) in [("tag", &tag), ("round", &commit), ("broken", &"dd".repeat(20))] {
        fs::write(refs.join("tags").join(name), format!("{id}\n")).unwrap();
    }
    fs::write(refs.join("tags/loop"), "ref: refs/tags/loop\n").unwrap();
    let scanned = scan(repo.path(), &["--history"]);
    assert_eq!(scanned.found(), ["a.env"]);
    for name in ["tag", "broken", "loop"] {
        assert_eq!(scan(repo.path(), &["--branch", name]).code, Some(3), "{name}");
    }
    let scanned = scan(repo.path(), &["--branch", "round"]);
    assert_eq!(scanned.code, Some(4));
    scanned.assert_notes("limit", None, "");
    fs::write(repo.git_dir().join("HEAD"), format!("{tag}\n")).unwrap();
    assert_eq!(scan(&repo.git_dir(), &[]).code, Some(3));
    assert_eq!(scan(repo.path(), &["--history"]).found(), ["a.env"]);
}

#[test]
fn an_object_takes_no_more_than_its_limit_whatever_it_says() {
    let repo = leaked();
    // 300 MiB in a few hundred KiB, as a tree and as a commit's tree.
    forge(&repo, &"bb".repeat(20), "tree", &vec![0; 300 << 20]);
    let text = format!("tree {}\n{WHO}\n", "bb".repeat(20));
    forge(&repo, &"cc".repeat(20), "commit", text.as_bytes());
    fs::write(repo.git_dir().join("refs/heads/bomb"), "cc".repeat(20) + "\n").unwrap();
    assert_eq!(scan(repo.path(), &["--history"]).found(), ["a.env"]);
    let scanned = scan(repo.path(), &["--branch", "bomb"]);
    assert_eq!(scanned.code, Some(4));
    scanned.assert_notes("missing-object", None, "does not decode");
}
