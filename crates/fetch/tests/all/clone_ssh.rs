//! Clones over ssh, with `tests/programs/ssh` in ssh's place.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use fetch::{Error, Policy};
use test_kit::Repo;

use crate::support::{Attempt, Names, client, git, noise, open};

fn fake_ssh() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/ssh")
}

fn attempt_with(policy: Policy, url: &str) -> Attempt {
    let mut names = Names::default().with("two.test", &[&["127.0.0.2", "127.0.0.1"]]);
    for name in
        ["git.test", "denied.test", "unknown.test", "silent.test", "broken.test", "odd.test"]
    {
        names = names.with(name, &[&["127.0.0.1"]]);
    }
    let mut attempt = Attempt::new(client(policy, names, ""), url);
    attempt.ssh_program = Some(fake_ssh());
    attempt
}

fn attempt(url: &str) -> Attempt {
    attempt_with(open(), url)
}

/// A repository, and the path that the other side knows it by.
fn one_commit() -> (Repo, String) {
    let repo = Repo::new();
    repo.write("a.txt", "one\n").commit("first");
    repo.tag("v1");
    let path = repo.path().to_str().unwrap().to_owned();
    (repo, path)
}

fn beside(path: &str, what: &str) -> String {
    fs::read_to_string(format!("{path}.{what}")).unwrap()
}

#[test]
fn a_repository_is_cloned() {
    let (repo, path) = one_commit();
    let cloned = attempt(&format!("ssh://git@git.test{path}")).run().unwrap();
    assert_eq!(git(&cloned, &["for-each-ref"]), repo.git(&["for-each-ref"]));
    assert_eq!(cloned.branch.as_deref(), Some("main"));
    git(&cloned, &["fsck", "--strict"]);
}

#[test]
fn the_short_form_depth_and_branches_work_too() {
    let (repo, path) = one_commit();
    repo.branch("next").commit("second");
    let mut attempt = attempt(&format!("git@git.test:{path}"));
    attempt.branch = Some("next");
    attempt.depth = Some(1);
    let cloned = attempt.run().unwrap();
    assert!(cloned.shallow);
    assert_eq!(cloned.branch.as_deref(), Some("next"));
}

#[test]
fn an_empty_repository_is_an_empty_clone() {
    let repo = Repo::sha256();
    let attempt = attempt(&format!("ssh://git.test{}", repo.path().display()));
    assert!(attempt.run().unwrap().empty);
}

#[test]
fn ssh_is_told_where_to_go_and_to_ask_nothing() {
    let (_repo, path) = one_commit();
    attempt(&format!("ssh://me@git.test:2222{path}")).run().unwrap();
    let arguments = beside(&path, "arguments");
    let arguments: Vec<&str> = arguments.lines().collect();
    let command = format!("git-upload-pack '{path}'");
    for option in [
        "HostName=127.0.0.1",
        "HostKeyAlias=[git.test]:2222",
        "BatchMode=yes",
        "ForwardAgent=no",
        "ForwardX11=no",
        "ProxyCommand=none",
        "ProxyJump=none",
        "ControlPath=none",
        "PermitLocalCommand=no",
    ] {
        assert!(arguments.windows(2).any(|two| two == ["-o", option]), "{option}: {arguments:#?}");
    }
    assert!(!arguments.iter().any(|argument| argument.contains("StrictHostKeyChecking")));
    let rest: Vec<&str> = arguments.iter().copied().skip_while(|a| *a != "-p").collect();
    assert_eq!(rest, ["-p", "2222", "-l", "me", "--", "git.test", &command, &path]);
}

#[test]
fn ssh_gets_neither_the_token_nor_the_rest_of_the_environment() {
    let (_repo, path) = one_commit();
    let token = "tok-5up3r-s3cr3t";
    attempt(&format!("ssh://git.test{path}")).with_token(token).run().unwrap();
    let environment = beside(&path, "environment");
    assert!(environment.contains("GIT_PROTOCOL=version=2"));
    // Cargo sets it for tests; nobody allowed it for ssh.
    assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some());
    assert!(!environment.contains("CARGO_MANIFEST_DIR"), "{environment}");
    for text in [environment, beside(&path, "arguments")] {
        assert!(!text.contains(token), "{text}");
    }
}

#[test]
fn a_path_is_one_word_for_the_shell_on_the_other_side() {
    let outer = Repo::new();
    let odd = outer.path().join("it's; touch $(hacked) !1");
    fs::create_dir(&odd).unwrap();
    let inner = odd.to_str().unwrap();
    outer.git(&["init", "--quiet", "--initial-branch=main", inner]);
    let url = format!("ssh://git.test{}", inner.replace(' ', "%20"));
    assert!(attempt(&url).run().unwrap().empty);
    assert!(!outer.path().join("hacked").exists());
}

#[test]
fn the_next_address_is_tried_where_one_refuses() {
    let (_repo, path) = one_commit();
    attempt(&format!("ssh://two.test{path}")).run().unwrap();
    assert!(beside(&path, "arguments").contains("HostName=127.0.0.1"));
}

#[test]
fn addresses_are_judged_before_ssh_is_started() {
    let (_repo, path) = one_commit();
    let names = Names::default().with("git.test", &[&["127.0.0.1", "10.0.0.1"]]);
    let mut attempt = Attempt::new(client(open(), names, ""), &format!("ssh://git.test{path}"));
    attempt.ssh_program = Some(fake_ssh());
    let error = attempt.error();
    assert!(matches!(error, Error::AddressRefused { .. }), "{error:?}");
    assert!(!Path::new(&format!("{path}.arguments")).exists());
}

#[test]
fn what_ssh_says_becomes_an_error_of_its_own() {
    let (_repo, path) = one_commit();
    let of = |host: &str, path: &str| attempt(&format!("ssh://git@{host}{path}")).error();
    let error = of("denied.test", &path);
    assert!(matches!(error, Error::SshAuthentication { .. }), "{error:?}");
    let error = of("unknown.test", &path);
    assert!(matches!(error, Error::SshHostKey { .. }), "{error:?}");
    let error = of("git.test", "/nowhere/at/all.git");
    assert!(matches!(error, Error::RepositoryNotFound { .. }), "{error:?}");
    let error = of("odd.test", &path);
    assert!(
        matches!(&error, Error::Ssh { reason, .. } if reason == "something else is wrong"),
        "{error:?}"
    );
}

#[test]
fn a_connection_that_breaks_in_the_pack_is_lost() {
    let repo = noise();
    let url = format!("ssh://broken.test{}", repo.path().display());
    let error = attempt(&url).error();
    assert!(matches!(error, Error::ConnectionLost { .. } | Error::Ssh { .. }), "{error:?}");
}

#[test]
fn an_ssh_that_is_not_there_is_named() {
    let (_repo, path) = one_commit();
    let mut attempt = attempt(&format!("ssh://git.test{path}"));
    attempt.ssh_program = Some("/nowhere/ssh".into());
    let error = attempt.error();
    assert!(
        matches!(&error, Error::Ssh { reason, .. } if reason.contains("/nowhere/ssh")),
        "{error:?}"
    );
}

#[test]
fn an_ssh_that_falls_silent_is_left() {
    let mut policy = open();
    policy.limits.idle = Duration::from_millis(100);
    let error = attempt_with(policy, "ssh://silent.test/x").error();
    assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
    let mut attempt = attempt("ssh://silent.test/x");
    attempt.limits.timeout = Duration::from_millis(200);
    let error = attempt.error();
    assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
}
