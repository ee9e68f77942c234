//! Clones of repositories of every kind, whole and in part.

use std::fs;

use fetch::{Error, git};
use test_kit::{GitServer, Repo};

use crate::support::{Attempt, git as run_git};

fn three_commits() -> (Repo, String) {
    let repo = Repo::new();
    repo.write("a.txt", "one\n").commit("first");
    repo.write("a.txt", "two\n").commit("second");
    let head = repo.write("a.txt", "three\n").commit("third");
    (repo, head)
}

#[test]
fn an_empty_repository_is_an_empty_clone() {
    for repo in [Repo::new(), Repo::sha256()] {
        let server = GitServer::of(&repo);
        let attempt = Attempt::at(&server.url());
        let cloned = attempt.run().unwrap();
        assert!(cloned.empty && !cloned.shallow);
        assert_eq!((cloned.head.as_ref(), cloned.branch.as_ref(), cloned.objects), (None, None, 0));
        assert_eq!(run_git(&cloned, &["symbolic-ref", "HEAD"]), "refs/heads/main");
        assert_eq!(
            run_git(&cloned, &["rev-parse", "--show-object-format"]),
            repo.git(&["rev-parse", "--show-object-format"])
        );
    }
    let server = GitServer::builder(&Repo::new()).old_protocol().start();
    assert!(Attempt::at(&server.url()).run().unwrap().empty);
}

#[test]
fn a_sha256_repository_is_cloned() {
    let repo = Repo::sha256();
    let head = repo.write("a.txt", "one\n").commit("first");
    repo.tag("v1");
    assert_eq!(head.len(), 64);
    let server = GitServer::of(&repo);
    let cloned = Attempt::at(&server.url()).run().unwrap();
    assert_eq!(cloned.head.as_ref().map(|id| id.as_str()), Some(head.as_str()));
    run_git(&cloned, &["fsck", "--strict"]);
}

#[test]
fn depth_cuts_history_off() {
    let (repo, head) = three_commits();
    repo.branch("other").commit("elsewhere");
    repo.switch("main").tag("v1");
    let server = GitServer::of(&repo);
    let mut attempt = Attempt::at(&server.url());
    attempt.depth = Some(1);
    let cloned = attempt.run().unwrap();
    assert!(cloned.shallow);
    assert_eq!(run_git(&cloned, &["rev-list", "--all"]), head, "one commit of one branch");
    assert_eq!(cloned.objects, 3);
    run_git(&cloned, &["fsck"]);
}

#[test]
fn depth_that_reaches_the_first_commit_cuts_nothing_off() {
    let (repo, _) = three_commits();
    let server = GitServer::of(&repo);
    let mut attempt = Attempt::at(&server.url());
    attempt.depth = Some(10);
    let cloned = attempt.run().unwrap();
    assert!(!cloned.shallow);
    assert_eq!(run_git(&cloned, &["rev-list", "--all"]).lines().count(), 3);
}

#[test]
fn a_shallow_server_makes_a_shallow_clone() {
    let (repo, _) = three_commits();
    let server = GitServer::of(&repo.shallow(2));
    let cloned = Attempt::at(&server.url()).run().unwrap();
    assert!(cloned.shallow);
    assert_eq!(run_git(&cloned, &["rev-list", "--all"]).lines().count(), 2);
}

#[test]
fn one_branch_brings_only_its_own() {
    let (repo, _) = three_commits();
    let tip = repo.branch("feature/one").commit("one");
    repo.switch("main").branch("feature/two").commit("two");
    let server = GitServer::of(&repo);
    let mut attempt = Attempt::at(&server.url());
    attempt.branch = Some("feature/one");
    let cloned = attempt.run().unwrap();
    assert_eq!(cloned.branch.as_deref(), Some("feature/one"));
    assert_eq!(cloned.head.as_ref().map(|id| id.as_str()), Some(tip.as_str()));
    assert_eq!(
        run_git(&cloned, &["for-each-ref", "--format=%(refname)"]),
        "refs/heads/feature/one"
    );
}

#[test]
fn a_branch_that_is_not_there_is_named_with_the_ones_that_are() {
    let (repo, _) = three_commits();
    for name in ["develop", "release/1", "release/2", "a", "b", "c"] {
        repo.branch(name);
    }
    let server = GitServer::of(&repo);
    let mut attempt = Attempt::at(&server.url());
    attempt.branch = Some("develpo");
    let Error::BranchNotFound { branch, known } = attempt.error() else { panic!("another error") };
    assert_eq!((branch.as_str(), known.len()), ("develpo", 5));
    assert_eq!(known[0], "develop");
}

#[test]
fn a_tag_or_a_commit_is_cloned_as_a_detached_head() {
    let (repo, _) = three_commits();
    let second = repo.git(&["rev-parse", "HEAD~1"]);
    repo.git(&["tag", "-a", "v2", "-m", "version 2", "HEAD~1"]);
    let server = GitServer::of(&repo);
    for name in ["v2", &second] {
        let mut attempt = Attempt::at(&server.url());
        attempt.branch = Some(name.to_owned().leak());
        let cloned = attempt.run().unwrap();
        assert_eq!(cloned.branch, None);
        assert_eq!(cloned.head.as_ref().map(|id| id.as_str()), Some(second.as_str()));
        assert_eq!(run_git(&cloned, &["rev-parse", "HEAD"]), second);
        assert_eq!(run_git(&cloned, &["rev-list", "--count", "HEAD"]), "2");
        run_git(&cloned, &["fsck"]);
    }
    let mut attempt = Attempt::at(&server.url());
    attempt.branch = Some("0123456789012345678901234567890123456789");
    assert!(attempt.error().to_string().contains("0123456789"), "{}", attempt.error());
}

#[test]
fn a_branch_of_an_empty_repository_is_not_there() {
    let server = GitServer::of(&Repo::new());
    let mut attempt = Attempt::at(&server.url());
    attempt.branch = Some("main");
    assert!(matches!(attempt.error(), Error::BranchNotFound { known, .. } if known.is_empty()));
}

#[test]
fn a_name_git_does_not_allow_is_refused_before_anyone_is_asked() {
    let server = GitServer::of(&three_commits().0);
    for branch in ["", "-x", "a..b", "a b", "a\nb", "/a", "a/", "a.lock", "@{1}", "~1"] {
        let mut attempt = Attempt::at(&server.url());
        attempt.branch = Some(branch);
        assert!(matches!(attempt.error(), Error::InvalidBranch { .. }), "{branch:?}");
    }
    assert!(server.http().requests().is_empty());
}

#[test]
fn a_head_that_leads_nowhere_wants_a_branch_to_be_named() {
    let (repo, _) = three_commits();
    repo.git(&["symbolic-ref", "HEAD", "refs/heads/gone"]);
    let server = GitServer::of(&repo);
    let mut attempt = Attempt::at(&server.url());
    attempt.depth = Some(1);
    let error = attempt.error();
    assert!(matches!(&error, Error::NoDefaultBranch { known } if known == &["main"]), "{error:?}");
    // For all of it none is needed.
    let cloned = Attempt::at(&server.url()).run().map(|cloned| (cloned.head.clone(), cloned.empty));
    assert_eq!(cloned.unwrap(), (None, false));
}

#[test]
fn a_detached_head_is_cloned() {
    let (repo, head) = three_commits();
    repo.git(&["checkout", "--quiet", "--detach"]);
    repo.git(&["branch", "--quiet", "--delete", "--force", "main"]);
    let server = GitServer::of(&repo);
    for depth in [None, Some(1)] {
        let mut attempt = Attempt::at(&server.url());
        attempt.depth = depth;
        let cloned = attempt.run().unwrap();
        assert_eq!(cloned.branch, None);
        assert_eq!(cloned.head.as_ref().map(|id| id.as_str()), Some(head.as_str()));
        assert_eq!(run_git(&cloned, &["rev-parse", "HEAD"]), head);
    }
}

#[test]
fn a_clone_is_nothing_but_objects_and_refs() {
    let (repo, _) = three_commits();
    let inner = Repo::new();
    inner.write("x", "x").commit("x");
    repo.submodule("sub", &inner).commit("a submodule");
    let server = GitServer::of(&repo);
    let cloned = Attempt::at(&server.url()).run().unwrap();
    let mut names: Vec<String> = fs::read_dir(&cloned.git_dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["HEAD", "config", "objects", "packed-refs", "refs"]);
    let pack = cloned.git_dir.join("objects/pack");
    let mut kinds: Vec<String> = fs::read_dir(pack)
        .unwrap()
        .map(|entry| entry.unwrap().path().extension().unwrap().to_str().unwrap().to_owned())
        .collect();
    kinds.sort();
    assert_eq!(kinds, ["idx", "pack"]);
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let server = GitServer::of(&three_commits().0);
    let attempt = Attempt::at(&server.url());
    fs::create_dir(attempt.destination()).unwrap();
    fs::write(attempt.destination().join("mine"), "mine").unwrap();
    let request = git::CloneRequest {
        url: &attempt.url,
        branch: None,
        depth: None,
        credentials: None,
        destination: &attempt.destination(),
        limits: attempt.limits,
        cancel: &attempt.cancel,
        received_bytes: None,
        ssh_program: None,
    };
    let error = git::clone(&attempt.client, &request).unwrap_err();
    assert!(matches!(error, Error::Destination { .. }), "{error:?}");
    assert_eq!(fs::read(attempt.destination().join("mine")).unwrap(), b"mine");
    // An empty one is used, and empty again after an error.
    fs::remove_file(attempt.destination().join("mine")).unwrap();
    let request = git::CloneRequest { branch: Some("gone"), ..request };
    git::clone(&attempt.client, &request).unwrap_err();
    assert_eq!(fs::read_dir(attempt.destination()).unwrap().count(), 0);
    let request = git::CloneRequest { branch: None, ..request };
    git::clone(&attempt.client, &request).unwrap();
}

#[test]
fn a_file_url_is_opened_in_place() {
    let (repo, _) = three_commits();
    let attempt = Attempt::at(&format!("file://{}", repo.path().display()));
    assert!(matches!(attempt.error(), Error::Local));
    assert_eq!(git::resolve_local(&attempt.url).unwrap(), repo.path());
}
