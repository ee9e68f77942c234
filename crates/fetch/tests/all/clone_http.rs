//! Clones over http and https: who gets the token, what a failing server is told to be.

use std::{sync::atomic::Ordering, time::Duration};

use fetch::{Error, Policy};
use test_kit::{Fault, GitServer, HttpServer, Reply, Repo};

use crate::support::{Attempt, Names, client, forward, git, noise, open};

fn one_commit() -> Repo {
    let repo = Repo::new();
    repo.write("a.txt", "one\n").commit("first");
    repo
}

#[test]
fn a_public_repository_is_cloned_over_http() {
    let repo = one_commit();
    let head = repo.commit("second");
    repo.tag("v1");
    repo.branch("next").write("b.txt", "two\n").commit("third");
    repo.switch("main");
    let server = GitServer::of(&repo);
    let attempt = Attempt::at(&server.url());
    let cloned = attempt.run().unwrap();
    assert_eq!(cloned.head.as_ref().map(|id| id.as_str()), Some(head.as_str()));
    assert_eq!(cloned.branch.as_deref(), Some("main"));
    assert!(!cloned.empty && !cloned.shallow);
    assert_eq!(git(&cloned, &["symbolic-ref", "HEAD"]), "refs/heads/main");
    assert_eq!(
        git(&cloned, &["for-each-ref"]),
        repo.git(&["for-each-ref"]),
        "all branches and tags, and nothing else"
    );
    git(&cloned, &["fsck", "--strict", "--full"]);
    let objects = git(&cloned, &["rev-list", "--all", "--objects"]).lines().count();
    assert_eq!(objects as u64, cloned.objects);
    let on_disk: u64 = std::fs::read_dir(cloned.git_dir.join("objects/pack"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "pack"))
        .map(|path| path.metadata().unwrap().len())
        .sum();
    assert_eq!(cloned.pack_bytes, on_disk);
    assert_eq!(attempt.received_bytes.load(Ordering::Relaxed), on_disk);
}

#[test]
fn a_public_repository_is_cloned_over_https() {
    let server = GitServer::builder(&one_commit()).https().start();
    let trusting = client(open(), Names::default(), server.http().authority_pem());
    git(&Attempt::new(trusting, &server.url()).run().unwrap(), &["fsck", "--strict"]);
}

#[test]
fn an_unknown_authority_is_refused() {
    let server = GitServer::builder(&one_commit()).https().start();
    let error = Attempt::at(&server.url()).error();
    assert!(matches!(error, Error::Tls { .. }), "{error:?}");
    assert!(server.http().requests().is_empty());
}

#[test]
fn an_old_server_is_understood() {
    let repo = one_commit();
    repo.tag("v1").branch("next").commit("second");
    repo.switch("main");
    let server = GitServer::builder(&repo).old_protocol().start();
    let mut attempt = Attempt::at(&server.url());
    let cloned = attempt.run().unwrap();
    assert_eq!(git(&cloned, &["for-each-ref"]), repo.git(&["for-each-ref"]));
    assert_eq!(cloned.branch.as_deref(), Some("main"));
    std::fs::remove_dir_all(attempt.destination()).unwrap();
    attempt.depth = Some(1);
    repo.commit("third");
    let cloned = attempt.run().unwrap();
    assert!(cloned.shallow);
    git(&cloned, &["fsck"]);
}

mod token {
    use super::*;

    const TOKEN: &str = "tok-5up3r-s3cr3t";

    fn shown(error: &Error) -> String {
        format!("{error} {error:?} {error:#?}")
    }

    #[test]
    fn opens_a_private_repository_and_is_sent_only_when_asked() {
        let server = GitServer::builder(&one_commit()).https().token(TOKEN).start();
        let trusting = client(open(), Names::default(), server.http().authority_pem());
        let cloned = Attempt::new(trusting, &server.url()).with_token(TOKEN).run().unwrap();
        git(&cloned, &["fsck"]);
        let requests = server.http().requests();
        assert!(requests[0].header("authorization").is_none(), "nobody had asked");
        assert!(requests[1..].iter().all(|request| request.header("authorization").is_some()));
        let config = std::fs::read_to_string(cloned.git_dir.join("config")).unwrap();
        assert!(!config.contains("url"), "{config}");
    }

    #[test]
    fn is_not_sent_to_a_public_repository() {
        let server = GitServer::of(&one_commit());
        Attempt::at(&server.url()).with_token(TOKEN).run().unwrap();
        assert!(server.http().requests().iter().all(|r| r.header("authorization").is_none()));
    }

    #[test]
    fn that_is_missing_is_asked_for() {
        let server = GitServer::builder(&one_commit()).token(TOKEN).start();
        let error = Attempt::at(&server.url()).error();
        assert!(matches!(error, Error::AuthenticationRequired { .. }), "{error:?}");
        assert_eq!(server.http().requests().len(), 1);
    }

    #[test]
    fn that_is_wrong_is_tried_once_and_never_shown() {
        let server = GitServer::builder(&one_commit()).token(TOKEN).start();
        let error = Attempt::at(&server.url()).with_token("wr0ng-t0ken").error();
        assert!(matches!(error, Error::AuthenticationRefused { .. }), "{error:?}");
        assert!(!shown(&error).contains("wr0ng"));
        assert_eq!(server.http().requests().len(), 2);
    }

    #[test]
    fn does_not_follow_a_redirect_to_another_origin() {
        let elsewhere = GitServer::builder(&one_commit()).token(TOKEN).start();
        let server =
            GitServer::builder(&one_commit()).fault(Fault::RedirectTo(elsewhere.url())).start();
        let error = Attempt::at(&server.url()).with_token(TOKEN).error();
        assert!(matches!(error, Error::TokenWithheld { .. }), "{error:?}");
        let seen = elsewhere.http().requests();
        assert!(!seen.is_empty());
        assert!(seen.iter().all(|request| request.header("authorization").is_none()));
    }

    #[test]
    fn follows_a_redirect_on_the_same_origin() {
        let repo = one_commit();
        let server = HttpServer::https({
            let inner = GitServer::builder(&repo).token(TOKEN).start();
            move |request| {
                if let Some(rest) = request.path.strip_prefix("/old/") {
                    return Reply::redirect(301, &format!("/{rest}?{}", request.query));
                }
                forward(&inner, request)
            }
        });
        let trusting = client(open(), Names::default(), server.authority_pem());
        let cloned = Attempt::new(trusting, &server.url("old/repository.git")).with_token(TOKEN);
        git(&cloned.run().unwrap(), &["fsck"]);
        let last = server.requests().pop().unwrap();
        assert_eq!(last.path, "/repository.git/git-upload-pack", "the new place is remembered");
    }

    #[test]
    fn is_not_sent_in_clear_text_to_the_public() {
        // 192.0.2.1 is never reached: the refusal comes first, or the test fails with another error.
        let server = GitServer::builder(&one_commit()).token(TOKEN).start();
        let names = Names::default().with("git.test", &[&["127.0.0.1"], &["8.8.8.8"]]);
        let url = server.http().url_at("git.test", "repository.git");
        let attempt = Attempt::new(client(open(), names, ""), &url).with_token(TOKEN);
        let error = attempt.error();
        assert!(matches!(error, Error::TokenWithheld { .. }), "{error:?}");
        assert_eq!(server.http().requests().len(), 1);
    }
}

mod redirect {
    use super::*;

    #[test]
    fn of_the_first_request_moves_the_repository() {
        let target = GitServer::of(&one_commit());
        let server =
            GitServer::builder(&Repo::new()).fault(Fault::RedirectTo(target.url())).start();
        let cloned = Attempt::at(&server.url()).run().unwrap();
        assert!(!cloned.empty);
        assert_eq!(server.http().requests().len(), 1, "the rest goes to the new place");
    }

    #[test]
    fn of_a_later_request_is_refused() {
        let target = GitServer::of(&one_commit());
        let server =
            GitServer::builder(&one_commit()).fault(Fault::RedirectPostTo(target.url())).start();
        let error = Attempt::at(&server.url()).error();
        assert!(matches!(error, Error::RedirectRefused { .. }), "{error:?}");
        assert!(target.http().requests().is_empty());
    }

    #[test]
    fn to_a_refused_address_is_refused() {
        for target in
            ["http://169.254.169.254/x.git", "http://10.0.0.1/x.git", "http://[::1]/x.git"]
        {
            let server = GitServer::builder(&one_commit())
                .fault(Fault::RedirectTo(target.to_owned()))
                .start();
            let error = Attempt::at(&server.url()).error();
            assert!(matches!(error, Error::AddressRefused { .. }), "{target}: {error:?}");
        }
    }

    #[test]
    fn to_a_name_with_a_refused_address_is_refused() {
        let server = GitServer::builder(&one_commit())
            .fault(Fault::RedirectTo("http://inside.git.test/x.git".to_owned()))
            .start();
        let names = Names::default().with("inside.git.test", &[&["8.8.8.8", "10.0.0.1"]]);
        let error = Attempt::new(client(open(), names, ""), &server.url()).error();
        assert!(matches!(error, Error::AddressRefused { .. }), "{error:?}");
    }

    #[test]
    fn from_https_to_http_is_refused() {
        let target = GitServer::of(&one_commit());
        let server = GitServer::builder(&one_commit())
            .https()
            .fault(Fault::RedirectTo(target.url()))
            .start();
        let trusting = client(open(), Names::default(), server.http().authority_pem());
        let error = Attempt::new(trusting, &server.url()).error();
        assert!(matches!(error, Error::RedirectRefused { .. }), "{error:?}");
        assert!(target.http().requests().is_empty());
    }

    #[test]
    fn without_end_is_left() {
        let server = HttpServer::http(|request| {
            Reply::redirect(302, &format!("{}?{}", request.path, request.query))
        });
        let error = Attempt::at(&server.url("x.git")).error();
        assert!(matches!(error, Error::TooManyRedirects { .. }), "{error:?}");
        assert_eq!(server.requests().len() as u32, Policy::default().limits.redirects + 1);
    }

    #[test]
    fn to_a_login_page_is_no_repository() {
        let server = HttpServer::http(|request| match request.path.as_str() {
            "/login" => Reply::ok("<!doctype html>").header("content-type", "text/html"),
            _ => Reply::redirect(302, "/login"),
        });
        let error = Attempt::at(&server.url("x.git")).error();
        assert!(matches!(error, Error::NotARepository { .. }), "{error:?}");
    }
}

#[test]
fn a_name_that_changes_its_address_is_judged_again() {
    let server = GitServer::of(&one_commit());
    let names = Names::default().with("git.test", &[&["127.0.0.1"], &["169.254.169.254"]]);
    let url = server.http().url_at("git.test", "repository.git");
    let error = Attempt::new(client(open(), names, ""), &url).error();
    assert!(matches!(error, Error::AddressRefused { .. }), "{error:?}");
    assert_eq!(server.http().requests().len(), 1);
}

#[test]
fn statuses_have_their_own_errors() {
    let of = |status| {
        let server = GitServer::builder(&one_commit()).fault(Fault::Status(status)).start();
        Attempt::at(&server.url()).error()
    };
    assert!(matches!(of(403), Error::Forbidden { .. }));
    assert!(matches!(of(404), Error::RepositoryNotFound { .. }));
    assert!(matches!(of(410), Error::RepositoryNotFound { .. }));
    for (status, transient) in [(500, true), (503, true), (429, true), (400, false)] {
        let error = of(status);
        assert!(matches!(error, Error::Status { status: s, .. } if s == status), "{error:?}");
        assert_eq!(error.is_transient(), transient);
    }
}

#[test]
fn a_repository_that_is_not_there_is_not_found() {
    let server = GitServer::of(&one_commit());
    let error = Attempt::at(&server.http().url("other.git")).error();
    assert!(matches!(error, Error::RepositoryNotFound { .. }), "{error:?}");
}

#[test]
fn what_is_no_git_server_is_said_to_be_none() {
    let of = |fault| {
        let server = GitServer::builder(&one_commit()).fault(fault).start();
        Attempt::at(&server.url()).error()
    };
    let error = of(Fault::WebPage);
    assert!(matches!(error, Error::NotARepository { .. }), "{error:?}");
    assert!(error.to_string().contains("a web page"), "{error}");
    let error = of(Fault::Garbage);
    assert!(matches!(error, Error::Protocol { .. }), "{error:?}");
}

#[test]
fn a_port_where_nothing_listens_refuses() {
    let server = GitServer::of(&one_commit());
    // Nobody listens there, whatever ports the tests beside this one are given.
    let url = server.url().replace("127.0.0.1", "127.0.0.2");
    let error = Attempt::at(&url).error();
    assert!(matches!(error, Error::ConnectionRefused { .. }), "{error:?}");
    assert!(error.is_transient());
}

#[test]
fn a_broken_pack_is_not_kept() {
    let repo = noise();
    let of = |fault| {
        let server = GitServer::builder(&repo).fault(fault).start();
        Attempt::at(&server.url()).error()
    };
    let error = of(Fault::CorruptPack);
    assert!(matches!(error, Error::CorruptPack { .. }), "{error:?}");
    for fault in [Fault::BreakOffInPack, Fault::EndInPack] {
        let error = of(fault);
        assert!(matches!(error, Error::ConnectionLost { .. }), "{error:?}");
    }
}

#[test]
fn a_server_that_falls_silent_is_left() {
    let repo = noise();
    for fault in [Fault::Stall, Fault::StallInPack] {
        let server = GitServer::builder(&repo).fault(fault.clone()).start();
        // The idle limit.
        let mut policy = open();
        policy.limits.idle = Duration::from_millis(200);
        let error = Attempt::new(client(policy, Names::default(), ""), &server.url()).error();
        assert!(matches!(error, Error::TimedOut { .. }), "{fault:?}: {error:?}");
        // The whole clone's.
        let mut attempt = Attempt::at(&server.url());
        attempt.limits.timeout = Duration::from_millis(500);
        let error = attempt.error();
        assert!(
            matches!(error, Error::TimedOut { after, .. } if after.as_millis() == 500),
            "{error:?}"
        );
    }
}

#[test]
fn a_clone_can_be_cancelled_while_it_waits() {
    let repo = noise();
    let server = GitServer::builder(&repo).fault(Fault::StallInPack).start();
    let attempt = Attempt::at(&server.url());
    std::thread::scope(|scope| {
        let clone = scope.spawn(|| attempt.error());
        while server.http().requests().len() < 3 {
            std::thread::yield_now();
        }
        attempt.cancel.store(true, Ordering::Relaxed);
        let error = clone.join().unwrap();
        assert!(matches!(error, Error::Cancelled), "{error:?}");
    });
}

#[test]
fn a_clone_that_was_cancelled_before_asks_nobody() {
    let server = GitServer::of(&one_commit());
    let attempt = Attempt::at(&server.url());
    attempt.cancel.store(true, Ordering::Relaxed);
    assert!(matches!(attempt.error(), Error::Cancelled));
    assert!(server.http().requests().is_empty());
}

#[test]
fn limits_hold() {
    let server = GitServer::of(&noise());
    let mut attempt = Attempt::at(&server.url());
    attempt.limits.max_objects = 2;
    let error = attempt.error();
    assert!(matches!(error, Error::TooManyObjects { objects: 3, limit: 2 }), "{error:?}");
    let mut attempt = Attempt::at(&server.url());
    attempt.limits.max_pack_bytes = 100_000;
    let error = attempt.error();
    assert!(matches!(error, Error::PackTooLarge { limit_bytes: 100_000 }), "{error:?}");
    let mut attempt = Attempt::at(&server.url());
    attempt.limits.max_object_bytes = 100_000;
    let error = attempt.error();
    assert!(matches!(error, Error::ObjectTooLarge { limit_bytes: 100_000 }), "{error:?}");
}

#[test]
fn the_environment_changes_nothing() {
    let nowhere = "http://127.0.0.1:9";
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.arg("--exact").args([
        "clone_http::a_public_repository_is_cloned_over_http",
        "clone_http::a_public_repository_is_cloned_over_https",
        "clone_http::an_unknown_authority_is_refused",
        "clone_ssh::a_repository_is_cloned",
    ]);
    for name in ["http_proxy", "https_proxy", "all_proxy"] {
        command.env(name, nowhere).env(name.to_uppercase(), nowhere);
    }
    let output = command
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .env("GIT_SSL_NO_VERIFY", "1")
        .env("GIT_SSH", "false")
        .env("GIT_SSH_COMMAND", "false")
        .env("GIT_PROXY_COMMAND", "false")
        .env("GIT_CONFIG_COUNT", "2")
        .env("GIT_CONFIG_KEY_0", "http.sslVerify")
        .env("GIT_CONFIG_VALUE_0", "false")
        .env("GIT_CONFIG_KEY_1", "http.proxy")
        .env("GIT_CONFIG_VALUE_1", nowhere)
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("4 passed"), "{printed}");
}

#[cfg(unix)]
#[test]
fn a_clone_is_closed_to_other_users() {
    use std::os::unix::fs::PermissionsExt as _;
    let server = GitServer::of(&one_commit());
    let cloned = Attempt::at(&server.url()).run().unwrap();
    assert_eq!(cloned.git_dir.metadata().unwrap().permissions().mode() & 0o077, 0);
}
