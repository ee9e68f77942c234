//! What is remembered of a source between syncs: which of the publisher's files what is stored was made of.

use std::{
    fs,
    io::{self, Write as _},
    path::PathBuf,
};

use ::advisories::{Error, Library};
use fetch::http::Validators;
use serde::{Deserialize, Serialize};

/// Beside the library's own files.
const FOLDER: &str = "sync";

/// It counts only as long as it is about what is stored: the same time, from the same place. So neither a process that ended between the
/// two, nor somebody who imports under the same name, nor another mirror makes it say something wrong.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Memory {
    url: String,
    /// As of when what is stored is current. `None`: nothing is stored that this is about.
    pub(super) at_ms: Option<i64>,
    /// Of the list of changes.
    #[serde(default)]
    list: Seen,
    /// Of the file that holds everything.
    #[serde(default)]
    all: Seen,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Seen {
    etag: Option<String>,
    last_modified: Option<String>,
}

impl Memory {
    pub(super) fn nothing(url: &str) -> Self {
        Self { url: url.to_owned(), ..Self::default() }
    }

    /// Nothing, if it is about something else than what is stored as of `at_ms`.
    pub(super) fn load(library: &Library, name: &str, url: &str, at_ms: Option<i64>) -> Self {
        let read = fs::read(path(library, name)).ok();
        let memory = read.and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok());
        memory
            .filter(|memory| memory.url == url && memory.at_ms.is_some() && memory.at_ms == at_ms)
            .unwrap_or_else(|| Self::nothing(url))
    }

    pub(super) fn store(&self, library: &Library, name: &str) -> Result<(), Error> {
        let path = path(library, name);
        let write = || {
            let folder = library.folder().join(FOLDER);
            fs::create_dir_all(&folder)?;
            let mut aside = tempfile::NamedTempFile::new_in(folder)?;
            aside.write_all(&serde_json::to_vec(self).map_err(io::Error::from)?)?;
            aside.persist(&path).map_err(|error| error.error).map(drop)
        };
        write().map_err(|source| Error::Io { action: "write", path: path.clone(), source })
    }

    /// What cannot be forgotten is only asked for in vain.
    pub(super) fn forget(library: &Library, name: &str) {
        let _ = fs::remove_file(path(library, name));
    }

    /// Whether it is about what is stored.
    pub(super) const fn is_known(&self) -> bool {
        self.at_ms.is_some()
    }

    pub(super) fn list(&self) -> Validators {
        self.list.validators()
    }

    pub(super) fn all(&self) -> Validators {
        self.all.validators()
    }

    pub(super) fn set_list(&mut self, validators: Validators) {
        self.list = Seen::of(validators);
    }

    pub(super) fn set_all(&mut self, validators: Validators) {
        self.all = Seen::of(validators);
    }
}

impl Seen {
    fn of(validators: Validators) -> Self {
        let Validators { etag, last_modified } = validators;
        Self { etag, last_modified }
    }

    fn validators(&self) -> Validators {
        Validators { etag: self.etag.clone(), last_modified: self.last_modified.clone() }
    }
}

fn path(library: &Library, name: &str) -> PathBuf {
    library.folder().join(FOLDER).join(format!("{name}.json"))
}
