//! Servers that lie: a real one, with something changed on the way.

use fetch::Error;
use test_kit::{GitServer, HttpServer, Reply, Repo, Request};

use crate::support::{Attempt, forward, git};

/// What a request is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
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
fn changed(
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

fn at(server: &HttpServer) -> Attempt {
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

fn packet(text: &str) -> Vec<u8> {
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

fn two_commits() -> (Repo, String, String) {
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

/// An entry of a pack made by hand.
enum Entry {
    Blob(Vec<u8>),
    /// How many entries back the base is (0 for a place before the pack), and the delta.
    Delta(usize, Vec<u8>),
    /// The base's id and the delta.
    DeltaById(gix::ObjectId, Vec<u8>),
}

/// A delta that gives back a base of so many bytes, with one byte behind it.
fn appending(base_bytes: usize, byte: u8) -> Vec<u8> {
    let mut delta = size_of_delta(base_bytes);
    delta.extend(size_of_delta(base_bytes + 1));
    let mut offset = 0;
    while offset < base_bytes {
        let size = (base_bytes - offset).min(0xff_ffff);
        delta.push(0xff);
        delta.extend_from_slice(&u32::try_from(offset).unwrap().to_le_bytes());
        delta.extend_from_slice(&u32::try_from(size).unwrap().to_le_bytes()[..3]);
        offset += size;
    }
    delta.extend([1, byte]);
    delta
}

fn size_of_delta(mut size: usize) -> Vec<u8> {
    let mut out = Vec::new();
    while size > 0x7f {
        out.push(0x80 | (size & 0x7f) as u8);
        size >>= 7;
    }
    out.push(size as u8);
    out
}

fn made_pack(entries: &[Entry]) -> Vec<u8> {
    use gix::{odb::pack::data::entry::Header, zlib::stream::deflate};
    use std::io::Write as _;
    let mut pack = b"PACK\0\0\0\x02".to_vec();
    pack.extend(u32::try_from(entries.len()).unwrap().to_be_bytes());
    let mut offsets: Vec<u64> = Vec::new();
    for entry in entries {
        let offset = pack.len() as u64;
        let (header, content) = match entry {
            Entry::Blob(content) => (Header::Blob, content),
            Entry::Delta(0, delta) => (Header::OfsDelta { base_distance: offset + 1 }, delta),
            Entry::Delta(back, delta) => {
                let base = offsets[offsets.len() - back];
                (Header::OfsDelta { base_distance: offset - base }, delta)
            }
            Entry::DeltaById(base_id, delta) => (Header::RefDelta { base_id: *base_id }, delta),
        };
        offsets.push(offset);
        header.write_to(content.len() as u64, &mut pack).unwrap();
        let mut deflated = deflate::Write::new(Vec::new(), gix::zlib::Compression::BEST_SPEED);
        deflated.write_all(content).unwrap();
        deflated.flush().unwrap();
        pack.extend(deflated.into_inner());
    }
    let mut hasher = gix::hash::hasher(gix::hash::Kind::Sha1);
    hasher.update(&pack);
    pack.extend_from_slice(hasher.try_finalize().unwrap().as_slice());
    pack
}

fn in_side_band(pack: &[u8]) -> Vec<u8> {
    let mut answer = packet("packfile\n");
    for piece in pack.chunks(65_000) {
        answer.extend(format!("{:04x}\u{1}", piece.len() + 5).into_bytes());
        answer.extend_from_slice(piece);
    }
    answer.extend(b"0000");
    answer
}

fn serving(pack: &[u8]) -> HttpServer {
    let (repo, ..) = two_commits();
    let answer = in_side_band(pack);
    changed(&repo, Step::Pack, move |_| answer.clone())
}

fn id_of_blob(content: &[u8]) -> gix::ObjectId {
    gix::objs::compute_hash(gix::hash::Kind::Sha1, gix::objs::Kind::Blob, content).unwrap()
}

/// Levels of bases with two deltas on each, the second of which is the next base.
fn comb(levels: usize, base_bytes: usize, by_id: bool) -> Vec<Entry> {
    let mut content = vec![0; base_bytes];
    let mut entries = vec![Entry::Blob(content.clone())];
    for level in 0..levels {
        let id = id_of_blob(&content);
        for byte in [1, 2] {
            let delta = appending(base_bytes + level, byte);
            let back = usize::from(byte);
            entries.push(if by_id {
                Entry::DeltaById(id, delta)
            } else {
                Entry::Delta(back, delta)
            });
        }
        content.push(2);
    }
    entries
}

#[test]
fn bases_that_are_kept_for_their_deltas_are_bounded() {
    for by_id in [false, true] {
        let pack = made_pack(&comb(20, 1_000_000, by_id));
        assert!(pack.len() < 20_000);
        let server = serving(&pack);
        let mut attempt = at(&server);
        attempt.limits.max_base_bytes = 19_000_000;
        let error = attempt.error();
        assert!(
            matches!(error, Error::DeltasTooLarge { limit_bytes: 19_000_000 }),
            "{by_id} {error:?}"
        );
        // Within the limit it is only not the pack that was asked for.
        attempt.limits.max_base_bytes = 21_000_000;
        let error = attempt.error();
        assert!(
            matches!(&error, Error::CorruptPack { reason } if reason.contains("lacks")),
            "{by_id} {error:?}"
        );
    }
}

#[test]
fn a_chain_of_deltas_keeps_nothing() {
    let mut entries = vec![Entry::Blob(vec![0; 1_000_000])];
    entries.extend((0..20).map(|level| Entry::Delta(1, appending(1_000_000 + level, 1))));
    let server = serving(&made_pack(&entries));
    let mut attempt = at(&server);
    attempt.limits.max_base_bytes = 0;
    let error = attempt.error();
    assert!(
        matches!(&error, Error::CorruptPack { reason } if reason.contains("lacks")),
        "{error:?}"
    );
}

#[test]
fn a_delta_that_makes_a_large_object_is_refused_before_it_is_made() {
    let delta = [size_of_delta(10), size_of_delta(1 << 40), vec![0x91, 0, 10]].concat();
    let server = serving(&made_pack(&[Entry::Blob(vec![0; 10]), Entry::Delta(1, delta)]));
    let error = at(&server).error();
    assert!(matches!(error, Error::ObjectTooLarge { .. }), "{error:?}");
}

#[test]
fn deltas_that_cannot_be_resolved_are_corrupt() {
    let delta = || appending(10, 1);
    let with_sizes = |base, result| [size_of_delta(base), size_of_delta(result)].concat();
    let id = id_of_blob(&[0; 10]);
    for (what, deltas) in [
        ("a base before the pack", vec![Entry::Delta(0, delta())]),
        ("a base that is not there", vec![Entry::DeltaById(id_of_blob(b"other"), delta())]),
        ("a base that waits for itself", vec![Entry::DeltaById(id_of_blob(&[0; 11]), delta())]),
        ("no sizes", vec![Entry::Delta(1, Vec::new())]),
        ("a size without end", vec![Entry::Delta(1, vec![0xff; 40])]),
        ("another base's size", vec![Entry::Delta(1, appending(9, 1))]),
        ("another base's size, by its id", vec![Entry::DeltaById(id, appending(9, 1))]),
        (
            "a copy from behind the base",
            vec![Entry::Delta(1, [with_sizes(10, 3), vec![0x91, 9, 3]].concat())],
        ),
        (
            "more than was announced",
            vec![Entry::Delta(1, [with_sizes(10, 1), vec![2, 1, 1]].concat())],
        ),
        (
            "less than was announced",
            vec![Entry::Delta(1, [with_sizes(10, 9), vec![2, 1, 1]].concat())],
        ),
        (
            "the reserved instruction",
            vec![Entry::Delta(1, [with_sizes(10, 1), vec![0, 1]].concat())],
        ),
    ] {
        let mut entries = vec![Entry::Blob(vec![0; 10])];
        entries.extend(deltas);
        let server = serving(&made_pack(&entries));
        let error = at(&server).error();
        assert!(matches!(error, Error::CorruptPack { .. }), "{what}: {error:?}");
    }
}

#[test]
fn a_pack_with_another_number_of_objects_or_another_checksum_is_corrupt() {
    let sound = made_pack(&[Entry::Blob(vec![0; 10]), Entry::Blob(vec![1; 10])]);
    let with = |place: usize, byte: u8| {
        let mut pack = sound.clone();
        pack[place] = byte;
        pack
    };
    for pack in [with(11, 1), with(11, 3), with(8, 1), with(sound.len() - 1, 0)] {
        let server = serving(&pack);
        let error = at(&server).error();
        assert!(
            matches!(error, Error::CorruptPack { .. } | Error::ConnectionLost { .. }),
            "{error:?}"
        );
    }
}

#[test]
fn a_pack_with_bases_by_their_ids_is_understood() {
    let repo = Repo::new();
    let lines = |last: usize| (0..400 + last).map(|n| format!("line {n}\n")).collect::<String>();
    for last in 0..5 {
        repo.write("a.txt", lines(last)).commit("more");
    }
    let made = repo.git(&["pack-objects", "--revs", "--all", "--quiet", "made"]);
    let pack = std::fs::read(repo.path().join(format!("made-{made}.pack"))).unwrap();
    let answer = in_side_band(&pack);
    let server = changed(&repo, Step::Pack, move |_| answer.clone());
    let cloned = at(&server).run().unwrap();
    git(&cloned, &["fsck", "--strict", "--full"]);
    assert_eq!(cloned.pack_bytes, pack.len() as u64);
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
