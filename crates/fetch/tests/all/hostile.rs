//! Servers that lie: a real one, with something changed on the way.

use fetch::Error;
use test_kit::{GitServer, HttpServer, Reply, Repo, Request};

use crate::support::{Attempt, forward, git};

/// What a request is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Advertisement,
    Refs,
    Pack,
}

fn step(request: &Request) -> Step {
    if request.method == "GET" {
        Step::Advertisement
    } else if contains(&request.body, b"command=ls-refs") {
        Step::Refs
    } else {
        Step::Pack
    }
}

fn between(
    repo: &Repo,
    change: impl Fn(Step, &GitServer, &Request) -> Reply + Send + Sync + 'static,
) -> HttpServer {
    let server = GitServer::of(repo);
    HttpServer::http(move |request| change(step(request), &server, request))
}

/// Changes the answer to one step.
pub(crate) fn changed(
    repo: &Repo,
    at: Step,
    change: impl Fn(Vec<u8>) -> Vec<u8> + Send + Sync + 'static,
) -> HttpServer {
    between(repo, move |step, server, request| {
        let mut reply = forward(server, request);
        if step == at {
            reply.body = change(reply.body);
        }
        reply
    })
}

pub(crate) fn at(server: &HttpServer) -> Attempt {
    Attempt::at(&server.url("repository.git"))
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len(), "packet lines carry their length");
    let mut out = bytes.to_vec();
    for start in 0..out.len().saturating_sub(from.len() - 1) {
        if out[start..].starts_with(from.as_bytes()) {
            out[start..start + from.len()].copy_from_slice(to.as_bytes());
        }
    }
    out
}

pub(crate) fn packet(text: &str) -> Vec<u8> {
    format!("{:04x}{text}", text.len() + 4).into_bytes()
}

/// What an answer carries in its first side band.
fn pack_of(mut answer: &[u8]) -> Vec<u8> {
    let mut pack = Vec::new();
    while let Some((length, _)) = answer.split_at_checked(4) {
        let length = usize::from_str_radix(std::str::from_utf8(length).unwrap(), 16).unwrap();
        let (line, rest) = answer.split_at(length.max(4));
        if line.get(4) == Some(&1) {
            pack.extend_from_slice(&line[5..]);
        }
        answer = rest;
    }
    pack
}

pub(crate) fn two_commits() -> (Repo, String, String) {
    let repo = Repo::new();
    let first = repo.write("a.txt", "one\n").commit("first");
    let second = repo.write("a.txt", "two\n").commit("second");
    (repo, first, second)
}

#[test]
fn an_unknown_object_format_is_named() {
    let (repo, ..) = two_commits();
    let server = changed(&repo, Step::Advertisement, |body| {
        replaced(&body, "object-format=sha1", "object-format=sha9")
    });
    let error = at(&server).error();
    assert!(matches!(&error, Error::ObjectFormat { format } if format == "sha9"), "{error:?}");
}

#[test]
fn ids_of_another_format_are_refused() {
    let (repo, ..) = two_commits();
    let server = changed(&repo, Step::Advertisement, |body| {
        let announced = replaced(&body, "object-format=sha1", "object-format=none");
        // Two digits more, for the packet's length too.
        let text = String::from_utf8(announced).unwrap();
        let line = "0017object-format=none";
        assert!(text.contains(line), "{text}");
        text.replace(line, "0019object-format=sha256").into_bytes()
    });
    // git answers nothing to a client that means another format.
    let error = at(&server).error();
    assert!(matches!(error, Error::Protocol { .. } | Error::ConnectionLost { .. }), "{error:?}");
}

#[test]
fn refs_with_names_that_lead_elsewhere_are_left_out() {
    let (repo, ..) = two_commits();
    repo.git(&["branch", "evil"]);
    repo.git(&["branch", "also"]);
    let server = changed(&repo, Step::Refs, |body| {
        let body = replaced(&body, "refs/heads/evil", "refs/heads/../x");
        replaced(&body, "refs/heads/also", "refs/heads/a\u{1}lo")
    });
    let cloned = at(&server).run().unwrap();
    assert_eq!(git(&cloned, &["for-each-ref", "--format=%(refname)"]), "refs/heads/main");
}

#[test]
fn what_the_server_says_is_passed_on() {
    let (repo, _, second) = two_commits();
    let missing = "1".repeat(40);
    let server = changed(&repo, Step::Refs, move |body| replaced(&body, &second, &missing));
    let error = at(&server).error();
    assert!(
        matches!(&error, Error::Protocol { reason, .. } if reason.contains("not our ref")),
        "{error:?}"
    );

    let server = changed(&repo, Step::Pack, |_| {
        [packet("packfile\n"), packet("\u{3}out of memory, \u{1b}[31msorry\n"), b"0000".to_vec()]
            .concat()
    });
    let error = at(&server).error();
    assert!(
        matches!(&error, Error::Protocol { reason, .. }
            if reason.contains("out of memory") && !reason.contains('\u{1b}')),
        "{error:?}"
    );
}

#[test]
fn a_pack_without_what_was_asked_for_is_corrupt() {
    let (repo, first, second) = two_commits();
    let server = between(&repo, move |step, server, request| {
        let mut request = request.clone();
        if step == Step::Pack {
            request.body = replaced(&request.body, &second, &first);
        }
        forward(server, &request)
    });
    let error = at(&server).error();
    assert!(
        matches!(&error, Error::CorruptPack { reason } if reason.contains("lacks")),
        "{error:?}"
    );
}

#[test]
fn a_pack_with_something_behind_it_is_corrupt() {
    let (repo, ..) = two_commits();
    let server = changed(&repo, Step::Pack, |body| {
        let mut pack = pack_of(&body);
        pack.extend_from_slice(b"and more");
        let length = format!("{:04x}\u{1}", pack.len() + 5).into_bytes();
        [packet("packfile\n"), length, pack, b"0000".to_vec()].concat()
    });
    let error = at(&server).error();
    assert!(matches!(error, Error::CorruptPack { .. }), "{error:?}");
}

#[test]
fn a_pack_that_is_none_is_corrupt() {
    let (repo, ..) = two_commits();
    for content in [
        "",
        "PACK",
        "JACK\0\0\0\u{2}\0\0\0\u{1}",
        "PACK\0\0\0\u{9}\0\0\0\u{1}",
        "PACK\0\0\0\u{2}\0\0\0\0",
    ] {
        let server = changed(&repo, Step::Pack, move |_| {
            [packet("packfile\n"), packet(&format!("\u{1}{content}")), b"0000".to_vec()].concat()
        });
        let error = at(&server).error();
        assert!(matches!(error, Error::CorruptPack { .. }), "{content:?}: {error:?}");
    }
}

#[test]
fn a_server_that_never_sends_a_pack_is_not_asked_for_ever() {
    let (repo, ..) = two_commits();
    for answer in
        ["", "0000", "0014acknowledgments\n0008NAK\n0000", "0002", "00010002", "fffe", "zzzz"]
    {
        let server = changed(&repo, Step::Pack, move |_| answer.as_bytes().to_vec());
        let error = at(&server).error();
        assert!(
            matches!(error, Error::Protocol { .. } | Error::ConnectionLost { .. }),
            "{answer:?}: {error:?}"
        );
        assert!(server.requests().len() <= 4, "{answer:?}");
    }
}

#[test]
fn refs_that_are_none_are_an_error() {
    let (repo, ..) = two_commits();
    for answer in
        ["", "0009xyz\n\n", "000bHEAD xx0000", "0036unborn HEAD symref-target:refs/heads/main 12"]
    {
        let server = changed(&repo, Step::Refs, move |_| answer.as_bytes().to_vec());
        let error = at(&server).error();
        assert!(
            matches!(error, Error::Protocol { .. } | Error::ConnectionLost { .. }),
            "{answer:?}: {error:?}"
        );
    }
}

#[test]
fn an_object_that_grows_is_bounded() {
    let repo = Repo::new();
    repo.write("zeros.bin", vec![0; 5_000_000]).commit("a bomb");
    let server = GitServer::of(&repo);
    let mut attempt = Attempt::at(&server.url());
    attempt.limits.max_object_bytes = 1_000_000;
    let error = attempt.error();
    assert!(matches!(error, Error::ObjectTooLarge { limit_bytes: 1_000_000 }), "{error:?}");
    attempt.limits.max_object_bytes = 5_000_000;
    attempt.run().unwrap();
}

#[test]
fn a_list_of_refs_is_bounded() {
    let (repo, _, second) = two_commits();
    let server = changed(&repo, Step::Refs, move |_| {
        let line = packet(&format!("{second} refs/heads/{}\n", "x".repeat(400)));
        [line.repeat((65 << 20) / line.len()), b"0000".to_vec()].concat()
    });
    let error = at(&server).error();
    assert!(
        matches!(&error, Error::Protocol { reason, .. } if reason.contains("more refs")),
        "{error:?}"
    );
}

#[test]
fn a_server_that_talks_instead_of_sending_its_pack_is_left() {
    let (repo, ..) = two_commits();
    let server = changed(&repo, Step::Pack, |body| {
        let pack = pack_of(&body);
        let first = format!("{:04x}\u{1}", 20 + 5).into_bytes();
        let talk = packet(&format!("\u{2}{}\r", "x".repeat(60_000)));
        let talk = talk.repeat((65 << 20) / talk.len());
        [packet("packfile\n"), first, pack[..20].to_vec(), talk].concat()
    });
    let error = at(&server).error();
    assert!(
        matches!(&error, Error::Protocol { reason, .. } if reason.contains("beside its pack")),
        "{error:?}"
    );
}

#[test]
fn a_type_may_have_parameters() {
    let (repo, ..) = two_commits();
    let server = between(&repo, |_, server, request| {
        let mut reply = forward(server, request);
        for (name, value) in &mut reply.headers {
            if name == "content-type" {
                value.push_str("; charset=utf-8");
            }
        }
        reply
    });
    at(&server).run().unwrap();
}

#[test]
fn a_head_at_another_commit_than_its_branch_is_where_the_branch_is() {
    let (repo, first, second) = two_commits();
    let server = changed(&repo, Step::Refs, {
        let (first, second) = (first.clone(), second.clone());
        move |body| replaced(&body, &format!("{second} HEAD"), &format!("{first} HEAD"))
    });
    let cloned = at(&server).run().unwrap();
    assert_eq!(cloned.head.as_ref().map(|id| id.as_str()), Some(second.as_str()));
    assert_eq!(git(&cloned, &["rev-parse", "HEAD"]), second);
}
