//! A folder, such as a checkout of a source's repository.

use std::{
    fs::{self, File},
    path::Path,
};

use super::{Import, Imported, Limits, Sink};
use crate::error::{Error, Result};

/// Reads the files of a folder and those in it, sorted by name. Links and what begins with a dot are passed over.
///
/// # Errors
///
/// The folder cannot be read, is beyond the limits as a whole, or the sink returned an error.
pub fn from_folder(folder: &Path, limits: &Limits, sink: Sink<'_>) -> Result<Imported> {
    let mut import = Import::new(limits, sink);
    // The last one is looked at next.
    let mut open = vec![(folder.to_owned(), 0)];
    while let Some((path, depth)) = open.pop() {
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
        let metadata = path.symlink_metadata().map_err(Error::io("open", &path))?;
        if metadata.is_dir() || depth == 0 {
            if depth > limits.depth {
                import.problem(&name, "it is nested too deeply");
                continue;
            }
            let entries = fs::read_dir(&path).map_err(Error::io("read", &path))?;
            let mut paths = Vec::new();
            for entry in entries {
                let entry = entry.map_err(Error::io("read", &path))?;
                if !entry.file_name().as_encoded_bytes().starts_with(b".") {
                    paths.push((entry.path(), depth + 1));
                }
            }
            if paths.len() as u64 > limits.files {
                return Err(Error::Refused(format!("it holds more than {} files", limits.files)));
            }
            paths.sort_by(|a, b| b.cmp(a));
            open.append(&mut paths);
        } else if metadata.is_file() {
            match File::open(&path) {
                Ok(file) => import.file(&name, file, None)?,
                Err(_) => import.problem(&name, "it cannot be read"),
            }
        }
    }
    Ok(import.found)
}
