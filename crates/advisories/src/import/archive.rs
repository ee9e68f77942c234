//! A zip archive, such as `all.zip` of OSV or a branch as GitHub packs it.

use std::io::{Read, Seek};

use zip::ZipArchive;

use super::{Import, Imported, Limits, Sink};
use crate::error::{Error, Result};

/// Reads the files of a zip archive, whatever folders they are in. No name of them becomes a path.
///
/// # Errors
///
/// It is no archive, is beyond the limits as a whole, or the sink returned an error.
pub fn from_zip(from: impl Read + Seek, limits: &Limits, sink: Sink<'_>) -> Result<Imported> {
    from_zip_folder(from, None, limits, sink)
}

/// The same of the files in one folder, or in those in it.
pub(crate) fn from_zip_folder(
    from: impl Read + Seek,
    folder: Option<&str>,
    limits: &Limits,
    sink: Sink<'_>,
) -> Result<Imported> {
    let refused = |_| Error::Refused("it is a damaged zip archive".to_owned());
    let mut archive = ZipArchive::new(from).map_err(refused)?;
    let mut import = Import::new(limits, sink);
    if archive.len() as u64 > limits.files {
        return Err(Error::Refused(format!("it holds more than {} files", limits.files)));
    }
    for at in 0..archive.len() {
        let is_wanted = folder.is_none_or(|folder| {
            let name = archive.name_for_index(at).and_then(Result::ok).unwrap_or_default();
            name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
        });
        if !is_wanted {
            continue;
        }
        // Encrypted, or compressed in a way that we do not read.
        let Ok(member) = archive.by_index(at) else {
            import.problem("a file of the archive", "it cannot be read");
            continue;
        };
        if member.is_file() {
            let name = member.name().unwrap_or_default().into_owned();
            let compressed = member.compressed_size();
            import.file(&name, member, Some(compressed))?;
        }
    }
    Ok(import.found)
}
