//! The helpers do what their names say.

use test_kit::{GitServer, Repo};

fn sample() -> Repo {
    let repo = Repo::new();
    repo.write("a.txt", "one\n").commit("first");
    repo.branch("next").write("b/c.txt", "two\n").commit("second");
    repo.switch("main").merge("next");
    repo.tag("v1");
    repo
}

#[test]
fn the_same_steps_make_the_same_ids() {
    let ids = |repo: &Repo| repo.git(&["for-each-ref"]);
    assert_eq!(ids(&sample()), ids(&sample()));
    assert_eq!(sample().git(&["rev-list", "--count", "main"]), "3");
}

#[test]
fn clones_are_of_their_kind() {
    let repo = sample();
    let bare = repo.bare();
    assert_eq!(bare.git(&["rev-parse", "--is-bare-repository"]), "true");
    assert_eq!(bare.git(&["rev-parse", "main"]), repo.git(&["rev-parse", "main"]));
    assert_eq!(repo.shallow(1).git(&["rev-parse", "--is-shallow-repository"]), "true");
    let objects = repo.partial().git(&["rev-list", "--objects", "--all", "--missing=print"]);
    assert!(objects.lines().any(|line| line.starts_with('?')), "blobs are missing: {objects}");
    assert_eq!(Repo::sha256().git(&["rev-parse", "--show-object-format"]), "sha256");
}

#[test]
fn worktrees_and_submodules_are_linked() {
    let repo = sample();
    let worktree = repo.worktree("side");
    assert!(worktree.join(".git").is_file());
    repo.submodule("sub", &sample()).commit("with a submodule");
    assert!(repo.git(&["ls-tree", "HEAD"]).contains("160000 commit"));
}

#[test]
fn a_server_serves_what_it_was_given() {
    let (one, two) = (sample(), Repo::sha256());
    let server = GitServer::builder(&one).and("group/two.git", &two).token("t0ken").start();
    let with_token = |url: &str| url.replace("http://", "http://any:t0ken@");
    let refs = one.git(&["ls-remote", "--heads", &with_token(&server.url())]);
    assert_eq!(refs.lines().count(), 2);
    assert_eq!(one.git(&["ls-remote", &with_token(&server.http().url("group/two.git"))]), "");
    let seen = server.http().requests();
    assert!(seen.iter().any(|request| request.header("authorization").is_none()));
}
