//! Well-formed archives of any members, some in one another, with a few bytes changed.

#![no_main]

use std::{
    io::{Cursor, Write as _},
    sync::{LazyLock, atomic::Ordering},
};

use bartizan_fuzz::{Place, limits, scan_file};
use libfuzzer_sys::{
    arbitrary::{self, Arbitrary},
    fuzz_target,
};

static PLACE: LazyLock<Place> = LazyLock::new(Place::default);

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    outer: Kind,
    members: Vec<Member<'a>>,
    /// Where, and what to.
    edits: Vec<(u16, u8)>,
    cut: Option<u16>,
}

#[derive(Arbitrary, Debug)]
struct Member<'a> {
    name: &'a str,
    content: &'a [u8],
    times: u8,
    /// The content is made into an archive with one member first.
    inner: Option<Kind>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Kind {
    Zip { deflated: bool },
    Tar { entry_type: u8 },
    TarGzip,
    Gzip,
    Zstd,
}

fn pack(kind: Kind, members: &[(String, Vec<u8>)]) -> Option<Vec<u8>> {
    let all =
        || members.iter().flat_map(|(_, content)| content.iter().copied()).collect::<Vec<u8>>();
    Some(match kind {
        Kind::Zip { deflated } => {
            let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
            let method = if deflated {
                zip::CompressionMethod::Deflated
            } else {
                zip::CompressionMethod::Stored
            };
            for (name, content) in members {
                let options = zip::write::SimpleFileOptions::default().compression_method(method);
                zip.start_file(name.as_str(), options).ok()?;
                zip.write_all(content).ok()?;
            }
            zip.finish().ok()?.into_inner()
        }
        Kind::Tar { entry_type } => {
            let mut tar = tar::Builder::new(Vec::new());
            for (name, content) in members {
                let mut header = tar::Header::new_gnu();
                header.set_size(content.len() as u64);
                header.set_entry_type(tar::EntryType::new(entry_type));
                tar.append_data(&mut header, name, content.as_slice()).ok()?;
            }
            tar.into_inner().ok()?
        }
        Kind::TarGzip => gzip(&pack(Kind::Tar { entry_type: b'0' }, members)?)?,
        Kind::Gzip => gzip(&all())?,
        Kind::Zstd => zstd::encode_all(all().as_slice(), 1).ok()?,
    })
}

fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).ok()?;
    gzip.finish().ok()
}

fuzz_target!(|input: Input<'_>| {
    let mut members = Vec::new();
    for member in &input.members {
        let content = member.content.repeat(usize::from(member.times).max(1));
        let content = match member.inner {
            Some(kind) => match pack(kind, &[(member.name.to_owned(), content)]) {
                Some(content) => content,
                None => return,
            },
            None => content,
        };
        members.push((member.name.to_owned(), content));
    }
    let Some(mut bytes) = pack(input.outer, &members) else { return };
    for (at, value) in &input.edits {
        if let Some(byte) = bytes.get_mut(usize::from(*at)) {
            *byte = *value;
        }
    }
    bytes.truncate(input.cut.map_or(usize::MAX, usize::from));
    let seen = scan_file(&PLACE.file(), &bytes);
    let most = limits().archive_bytes.max(2 * bytes.len() as u64);
    assert!(seen.bytes.load(Ordering::Relaxed) <= most, "a limit does not hold");
});
