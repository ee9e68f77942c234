//! A publisher's files on this machine: downloaded beside the library, and gone again when they have been read.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use ::advisories::Error as StoreError;
use fetch::http::{Download, Downloaded, Validators};

use super::{Progress, Round, SyncError};

/// Beside the library's own files.
const FOLDER: &str = "downloads";
/// A connection that breaks off again and again is given up, as is one that broke off with nothing.
const ATTEMPTS: u32 = 5;

/// What may come.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) bytes: u64,
    pub(super) time: Duration,
}

impl Bounds {
    /// Of everything that an ecosystem has, compressed.
    pub(super) const ALL: Self = Self { bytes: 8 << 30, time: Duration::from_hours(2) };
    /// Of lists.
    pub(super) const LIST: Self = Self { bytes: 64 << 20, time: Duration::from_mins(15) };
}

/// A file that was downloaded. It is removed when this is dropped; one that broke off stays, to be continued.
pub(super) struct Fetched {
    path: PathBuf,
    pub(super) validators: Validators,
}

impl Fetched {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn read(&self) -> Result<Vec<u8>, StoreError> {
        let told = |source| StoreError::Io { action: "read", path: self.path.clone(), source };
        fs::read(&self.path).map_err(told)
    }
}

impl Drop for Fetched {
    fn drop(&mut self) {
        // The next download of that name writes over it.
        let _ = fs::remove_file(&self.path);
    }
}

impl Round<'_> {
    /// Downloads `url` as `file`, whose name tells what it is. `None` if it still is what `known` says.
    pub(super) fn fetch(
        &self,
        source: &str,
        url: &str,
        file: &str,
        known: &Validators,
        bounds: Bounds,
    ) -> Result<Option<Fetched>, SyncError> {
        let folder = self.library.folder().join(FOLDER);
        fs::create_dir_all(&folder).map_err(|error| StoreError::Io {
            action: "make",
            path: folder.clone(),
            source: error,
        })?;
        let url = self.client.url(url)?;
        let path = folder.join(file);
        let download = Download {
            url: &url,
            known,
            file: &path,
            max_bytes: bounds.bytes,
            timeout: bounds.time,
            cancel: self.cancel,
            progress: &|bytes, total| (self.progress)(Progress::Receiving(source, bytes, total)),
        };
        let received = || fs::metadata(&path).map_or(0, |metadata| metadata.len());
        let mut attempt = 1;
        loop {
            let before = received();
            match self.client.download(&download) {
                Ok(Downloaded::Unchanged) => return Ok(None),
                Ok(Downloaded::Complete(validators)) => {
                    return Ok(Some(Fetched { path, validators }));
                }
                Err(error) if attempt < ATTEMPTS && error.is_transient() && received() > before => {
                    tracing::debug!(source, %error, "continued");
                    attempt += 1;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}
