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

/// Tells of each entry of a folder that was just opened, in whatever order it has them. Those whose kind cannot be told are errors, under
/// their name.
///
/// # Errors
/// Nothing in the folder may be opened, or the listing failed, which ends it: also where the folder was removed meanwhile.
#[cfg(target_os = "linux")]
pub(super) fn list(
    dir: &Dir,
    buffer: &mut Vec<u8>,
    mut each: impl FnMut(OsString, io::Result<Kind>),
) -> io::Result<()> {
    use std::os::unix::ffi::OsStrExt as _;

    use rustix::{
        fs::{Access, AtFlags, FileType as Told, RawDir, accessat},
        io::Errno,
    };

    // Names may be listed of a folder in which nothing may be opened; that is told once, and not of each name.
    if accessat(dir, ".", Access::EXEC_OK, AtFlags::EACCESS) == Err(Errno::ACCESS) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    // `Dir::entries` would open the folder once more.
    buffer.clear();
    buffer.reserve(LISTED_BYTES);
    let mut entries = RawDir::new(dir, buffer.spare_capacity_mut());
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Err(Errno::INTR) => continue,
            entry => entry?,
        };
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

/// What the kernel may tell of entries at once: as much as the C library gives it, and room for the longest name of any file system.
#[cfg(target_os = "linux")]
const LISTED_BYTES: usize = 32 << 10;

/// The same where there is no such call.
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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::{collections::BTreeMap, fs, path::Path};

    use rustix::fs::{CWD, FileType as Told, Mode, mknodat};

    use super::*;
    use crate::directory::without_waiting;

    #[test]
    fn each_entry_is_told_with_its_kind() {
        let root = tempfile::tempdir().unwrap();
        let below = |name: &str| root.path().join(name);
        // More than the kernel tells at once.
        let long = "n".repeat(250);
        let mut expected: BTreeMap<OsString, Kind> =
            (0..300).map(|number| (format!("{long}{number}").into(), Kind::File)).collect();
        expected.keys().for_each(|name| fs::write(root.path().join(name), "").unwrap());
        fs::create_dir(below("folder")).unwrap();
        std::os::unix::fs::symlink("folder", below("link")).unwrap();
        mknodat(CWD, below("pipe"), Told::Fifo, Mode::RUSR, 0).unwrap();
        expected.insert("folder".into(), Kind::Folder);
        expected.insert("link".into(), Kind::Link);
        expected.insert("pipe".into(), Kind::Special);
        let dir = Dir::open_ambient_dir(root.path(), cap_std::ambient_authority()).unwrap();
        let dir = dir.open_with(Path::new("."), &without_waiting()).unwrap();
        let dir = Dir::from_std_file(dir.into_std());
        let (mut buffer, mut told) = (Vec::new(), BTreeMap::new());
        list(&dir, &mut buffer, |name, kind| assert!(told.insert(name, kind.unwrap()).is_none()))
            .unwrap();
        assert_eq!(told, expected);
        // Another folder finds nothing of the last one in the buffer.
        let empty = dir.open_with("folder", &without_waiting()).unwrap();
        let empty = Dir::from_std_file(empty.into_std());
        list(&empty, &mut buffer, |name, _| panic!("{}", name.display())).unwrap();
    }
}
