//! What stands in a folder.

use std::{
    ffi::{OsStr, OsString},
    io,
};

use cap_std::fs::{Dir, FileType};

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    Link,
    /// A pipe, a socket or a device.
    Special,
}

/// Tells of each entry of a folder that was just opened, in whatever order it has them. Those whose kind cannot be told are errors, under their
/// name; where the listing itself fails it ends.
#[cfg(target_os = "linux")]
pub(super) fn list(
    dir: &Dir,
    buffer: &mut Vec<u8>,
    mut each: impl FnMut(OsString, io::Result<Kind>),
) -> io::Result<()> {
    use std::os::unix::ffi::OsStrExt as _;

    use rustix::fs::{FileType as Told, RawDir};

    // The portable way opens the folder once more, which is a quarter of what it takes to list a small one.
    buffer.clear();
    buffer.reserve(LISTED_BYTES);
    let mut entries = RawDir::new(dir, buffer.spare_capacity_mut());
    while let Some(entry) = entries.next() {
        let entry = entry?;
        let name = OsStr::from_bytes(entry.file_name().to_bytes());
        let kind = match entry.file_type() {
            _ if name == "." || name == ".." => continue,
            Told::RegularFile => Ok(Kind::File),
            Told::Directory => Ok(Kind::Folder),
            Told::Symlink => Ok(Kind::Link),
            // Not every file system tells it with the name.
            Told::Unknown => looked_up(dir, name),
            _ => Ok(Kind::Special),
        };
        each(name.to_owned(), kind);
    }
    Ok(())
}

/// What the kernel tells of entries at once. A name has at most 255 bytes.
#[cfg(target_os = "linux")]
const LISTED_BYTES: usize = 32 << 10;

/// See above.
#[cfg(not(target_os = "linux"))]
pub(super) fn list(
    dir: &Dir,
    _: &mut Vec<u8>,
    mut each: impl FnMut(OsString, io::Result<Kind>),
) -> io::Result<()> {
    for entry in dir.entries()? {
        let entry = entry?;
        let name = entry.file_name();
        let kind = match entry.file_type() {
            Ok(told) if told == FileType::unknown() => looked_up(dir, &name),
            told => told.map(kind_of),
        };
        each(name, kind);
    }
    Ok(())
}

fn looked_up(dir: &Dir, name: &OsStr) -> io::Result<Kind> {
    Ok(kind_of(dir.symlink_metadata(name)?.file_type()))
}

fn kind_of(told: FileType) -> Kind {
    if told.is_file() {
        Kind::File
    } else if told.is_dir() {
        Kind::Folder
    } else if told.is_symlink() {
        Kind::Link
    } else {
        Kind::Special
    }
}
