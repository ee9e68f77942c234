//! Packs made by hand.

use fetch::Error;
use test_kit::{HttpServer, Repo};

use crate::{
    hostile::{Step, at, changed, packet, two_commits},
    support::git,
};

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
    // On a path of its own each, or in all.
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    for (by_id, threads) in [(false, threads), (true, 1)] {
        let pack = made_pack(&comb(20, 1_000_000, by_id));
        assert!(pack.len() < 20_000);
        let server = serving(&pack);
        let mut attempt = at(&server);
        attempt.limits.max_base_bytes = 19_000_000 * threads;
        let error = attempt.error();
        assert!(matches!(error, Error::DeltasTooLarge { .. }), "{by_id} {error:?}");
        // Within the limit it is only not the pack that was asked for.
        attempt.limits.max_base_bytes = 21_000_000 * threads;
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
