//! Where the user's own data are.

use std::{env, path::PathBuf};

/// `$XDG_DATA_HOME/bartizan` (XDG Base Directory Specification). `None` where a user has no home.
pub(crate) fn data_folder() -> Option<PathBuf> {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let data =
        absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local/share")))?;
    Some(data.join("bartizan"))
}
