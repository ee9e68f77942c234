//! What commands without a server keep for later ones.

use std::path::Path;

use advisories::Library;

use crate::home;

/// The advisories in a data directory, the user's own unless another is named. `None` where there is none.
pub(crate) fn library(data_dir: Option<&Path>) -> Option<Library> {
    let folder = data_dir.map(Path::to_owned).or_else(home::data_folder)?;
    Some(Library::at(folder.join("advisories")))
}
