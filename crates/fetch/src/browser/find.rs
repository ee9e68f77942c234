//! Where a browser is installed.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use super::trouble;
use crate::Error;

/// What Chromium is called on the systems that have it, the more usual first.
const NAMES: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "chrome-headless-shell",
    "headless_shell",
];

/// The first of [`NAMES`] in a list of folders such as `PATH`.
fn find(path: &OsStr) -> Option<PathBuf> {
    let in_folders = |name: &&str| {
        std::env::split_paths(path)
            .filter(|folder| folder.is_absolute())
            .map(|folder| folder.join(name))
            .find(|program| is_program(program))
    };
    NAMES.iter().find_map(in_folders)
}

/// The browser that is meant by the path of a program, or by `auto`: the first of [`NAMES`] in a list of folders such as `PATH`.
///
/// # Errors
/// [`Error::Browser`].
pub(super) fn named(name: &OsStr, path: &OsStr) -> Result<PathBuf, Error> {
    if name == "auto" {
        let names = NAMES.join(", ");
        let missing =
            || trouble(format!("is not on PATH ({names}): install Chromium, or name its program"));
        return find(path).ok_or_else(missing);
    }
    // Not what it is a link to: some look at how they are called.
    let program = std::path::absolute(name).unwrap_or_else(|_| PathBuf::from(name));
    match program.is_file() {
        true => Ok(program),
        false => Err(trouble(format!("is not at {}", name.display()))),
    }
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use super::*;

    #[test]
    fn the_usual_name_is_found_in_any_folder_if_it_can_be_run() {
        let [first, second] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let place = |folder: &Path, name: &str, mode: u32| {
            let path = folder.join(name);
            fs::write(&path, "").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            path
        };
        let path = std::env::join_paths([first.path(), second.path(), Path::new(".")]).unwrap();
        assert_eq!(find(&path), None);
        place(first.path(), "chromium", 0o644);
        let chrome = place(first.path(), "google-chrome", 0o755);
        assert_eq!(find(&path), Some(chrome));
        let chromium = place(second.path(), "chromium", 0o755);
        assert_eq!(find(&path), Some(chromium));
    }
}
