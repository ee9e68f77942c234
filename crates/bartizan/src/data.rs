//! What commands without a server keep for later ones.

use std::{
    env,
    path::{Path, PathBuf},
};

use advisories::{Error, Index, Library};

use crate::machine::{now_ms, threads};

/// The user's own data: `$XDG_DATA_HOME/bartizan` (XDG Base Directory Specification). `None` where a user has no home.
pub(crate) fn folder() -> Option<PathBuf> {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let data =
        absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local/share")))?;
    Some(data.join("bartizan"))
}

/// The advisories in a data directory, the user's own unless another is named. `None` where there is none.
pub(crate) fn library(data_dir: Option<&Path>) -> Option<Library> {
    let folder = data_dir.map(Path::to_owned).or_else(folder)?;
    Some(Library::at(folder.join("advisories")))
}

/// The index of a library. One that another version of this program built, or that is damaged, is built again of what is stored.
///
/// # Errors
/// [`Error::Io`] if the library cannot be read; those of building.
pub(crate) fn index(library: &Library) -> Result<Option<Index>, Error> {
    match library.index() {
        opened @ (Ok(_) | Err(Error::Io { .. })) => opened,
        Err(_) => {
            app::advisories::rebuild(library, now_ms(), threads())?;
            library.index()
        }
    }
}
