//! Repositories behind URLs.

use std::process::Output;

use serde_json::Value;
use test_kit::{Fault, GitServer, Repo, password};

use crate::support::{command, errors, json};

const LOOPBACK: [&str; 4] =
    ["--allow-clone-schemes", "http,https,file", "--allow-private-targets", "127.0.0.0/8"];

struct Run {
    output: Output,
    left_behind: Vec<String>,
}

/// Scans with a temporary folder of its own, and looks what is left in it.
fn scan(url: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let temporary = folder.path().join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let output = command(folder.path(), &["scan", url, "--format", "json"])
        .args(arguments)
        .env("TMPDIR", &temporary)
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let left_behind = std::fs::read_dir(&temporary)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    Run { output, left_behind }
}

impl Run {
    fn report(&self) -> Value {
        assert!(self.left_behind.is_empty(), "left behind: {:?}", self.left_behind);
        json(&self.output)
    }

    fn refused(&self, code: i32) -> String {
        assert!(self.left_behind.is_empty(), "left behind: {:?}", self.left_behind);
        assert_eq!(self.output.status.code(), Some(code), "{}", errors(&self.output));
        assert!(self.output.stdout.is_empty());
        errors(&self.output)
    }
}

/// The secret was there once, on another branch too.
fn leaky() -> (Repo, String) {
    let repo = Repo::new();
    repo.write("app.env", format!("DB_PASSWORD={}\n", password())).commit("first");
    repo.branch("old");
    repo.switch("main");
    let head = repo.write("app.env", "DB_PASSWORD=$DB_PASSWORD\n").commit("second");
    (repo, head)
}

#[test]
fn a_remote_repository_is_scanned_as_it_stands_and_with_its_history() {
    let (repo, head) = leaky();
    let server = GitServer::of(&repo);
    let today = scan(&server.url(), &LOOPBACK, &[]);
    let report = today.report();
    assert_eq!(today.output.status.code(), Some(0), "{report}");
    assert_eq!(report["target"], server.url());
    assert_eq!(report["repository"]["url"], server.url());
    assert_eq!(report["repository"]["commit"], head);

    let mut arguments = LOOPBACK.to_vec();
    arguments.push("--history");
    let ever = scan(&server.url(), &arguments, &[]);
    let report = ever.report();
    assert_eq!(ever.output.status.code(), Some(1), "{report}");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1), "{report}");
    assert_eq!(report["findings"][0]["path"], "app.env");

    let mut arguments = LOOPBACK.to_vec();
    arguments.extend(["--branch", "old"]);
    let old = scan(&server.url(), &arguments, &[]);
    assert_eq!(old.output.status.code(), Some(1), "{}", old.report());
}

#[test]
fn a_remote_repository_does_not_configure_its_own_scan() {
    let repo = Repo::new();
    repo.write("app.env", format!("DB_PASSWORD={}\n", password()))
        .write(".bartizan.toml", "[paths]\nexclude = [\"**\"]\n")
        .commit("first");
    let server = GitServer::of(&repo);
    let run = scan(&server.url(), &LOOPBACK, &[]);
    assert_eq!(run.output.status.code(), Some(1), "{}", run.report());
}

#[test]
fn a_token_goes_to_a_server_that_asks_and_is_shown_nowhere() {
    let (repo, _) = leaky();
    let token = "t0ken-of-nobody-4711";
    let server = GitServer::builder(&repo).https().token(token).start();
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("ca.pem");
    std::fs::write(&authority, server.http().authority_pem()).unwrap();
    let mut arguments = LOOPBACK.to_vec();
    arguments.extend(["--ca-cert", authority.to_str().unwrap()]);

    let with = scan(&server.url(), &arguments, &[("BARTIZAN_GIT_TOKEN", token)]);
    let report = with.report();
    assert_eq!(with.output.status.code(), Some(0), "{report}");
    assert!(!report.to_string().contains(token) && !errors(&with.output).contains(token));

    let without = scan(&server.url(), &arguments, &[]).refused(3);
    assert!(without.contains("BARTIZAN_GIT_TOKEN"), "{without}");
    let wrong = scan(&server.url(), &arguments, &[("BARTIZAN_GIT_TOKEN", "wr0ng")]).refused(3);
    assert!(wrong.contains("does not accept") && !wrong.contains("wr0ng"), "{wrong}");
    let unknown_authority =
        scan(&server.url(), &LOOPBACK, &[("BARTIZAN_GIT_TOKEN", token)]).refused(3);
    assert!(unknown_authority.contains("secure connection"), "{unknown_authority}");
}

#[test]
fn what_is_not_opened_is_refused_with_the_flag_that_opens_it() {
    let (repo, _) = leaky();
    let server = GitServer::of(&repo);
    for (url, arguments, wanted) in [
        (server.url(), &[][..], "--allow-clone-schemes http"),
        (server.url(), &["--allow-clone-schemes", "http"][..], "--allow-private-targets 127.0.0.1"),
        (format!("file://{}", repo.path().display()), &[][..], "--allow-clone-schemes file"),
        ("git@127.0.0.1:a/b".to_owned(), &[][..], "--allow-clone-schemes ssh"),
        ("https://ann:pa55@git.example/a".to_owned(), &LOOPBACK[..], "BARTIZAN_GIT_TOKEN"),
        ("gopher://git.example/a".to_owned(), &LOOPBACK[..], "gopher"),
        ("https://169.254.169.254/a".to_owned(), &LOOPBACK[..], "169.254.169.254"),
    ] {
        let said = scan(&url, arguments, &[]).refused(3);
        assert!(said.contains(wanted), "{url}: {said}");
        assert!(!said.contains("pa55"), "{said}");
    }
    let wrong = scan(&server.url(), &["--allow-private-targets", "10.0.0.0/99"], &[]).refused(2);
    assert!(wrong.contains("10.0.0.0/99"), "{wrong}");
    let wrong = scan(&server.url(), &["--allow-clone-schemes", "ftp"], &[]).refused(2);
    assert!(wrong.contains("ftp"), "{wrong}");
}

#[test]
fn a_file_url_is_read_where_it_is() {
    let (repo, head) = leaky();
    let url = format!("file://{}", repo.path().display());
    let mut arguments = LOOPBACK.to_vec();
    arguments.push("--history");
    let run = scan(&url, &arguments, &[]);
    let report = run.report();
    assert_eq!(run.output.status.code(), Some(1), "{report}");
    assert_eq!(report["repository"]["commit"], head);
}

#[test]
fn a_repository_that_cannot_be_cloned_is_a_clear_error() {
    let (repo, _) = leaky();
    // What breaks in the middle of an answer breaks in the pack.
    repo.write("noise.bin", test_kit::noise(200_000)).commit("noise");
    let refused = |fault: Fault| {
        let server = GitServer::builder(&repo).fault(fault).start();
        scan(&server.url(), &LOOPBACK, &[]).refused(3)
    };
    for (fault, wanted) in [
        (Fault::Status(404), "no repository"),
        (Fault::Status(500), "500"),
        (Fault::WebPage, "no git repository"),
        (Fault::BreakOffInPack, "broke off"),
        (Fault::CorruptPack, "does not decode"),
    ] {
        let said = refused(fault.clone());
        assert!(said.contains(wanted), "{fault:?}: {said}");
    }
    let server = GitServer::of(&repo);
    let mut arguments = LOOPBACK.to_vec();
    arguments.extend(["--branch", "mian"]);
    let said = scan(&server.url(), &arguments, &[]).refused(3);
    assert!(said.contains("`mian`") && said.contains("main"), "{said}");
    let mut arguments = LOOPBACK.to_vec();
    arguments.extend(["--max-clone-mib", "0"]);
    let said = scan(&server.url(), &arguments, &[]).refused(3);
    assert!(said.contains("larger"), "{said}");
    // Nobody listens there, whatever ports the tests beside this one are given.
    let nobody = server.url().replace("127.0.0.1", "127.0.0.2");
    let said = scan(&nobody, &LOOPBACK, &[]).refused(3);
    assert!(said.contains("refused the connection"), "{said}");
}

#[test]
fn an_empty_remote_repository_has_no_findings() {
    let server = GitServer::of(&Repo::new());
    for arguments in [&[][..], &["--history"]] {
        let mut all = LOOPBACK.to_vec();
        all.extend(arguments);
        let run = scan(&server.url(), &all, &[]);
        assert_eq!(run.output.status.code(), Some(0), "{}", errors(&run.output));
        assert_eq!(run.report()["findings"].as_array().map(Vec::len), Some(0));
    }
}
