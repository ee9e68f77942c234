//! `file:` URLs. They are not cloned: gix would start the system's `git-upload-pack` for them, which reads the user's and the repository's
//! configuration. The caller opens the repository in place.

use std::path::PathBuf;

use crate::{Error, SafeUrl, Scheme};

/// The path a `file` URL names. Whether a repository is there is for the caller to see.
///
/// # Errors
/// [`Error::LocalPath`] for another scheme, or when the URL names no path of this system.
pub fn resolve_local(url: &SafeUrl) -> Result<PathBuf, Error> {
    if url.scheme() != Scheme::File {
        return Err(Error::LocalPath);
    }
    url.url().to_file_path().map_err(|()| Error::LocalPath)
}
