//! What the user asks to be scanned.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use sources::git::Repository;

use crate::Failure;

/// A target on this disk, or a repository to fetch first.
pub(crate) enum Target {
    /// Files as they stand.
    Files(PathBuf),
    /// A repository, of which a commit or the history is wanted.
    Repository(Box<Repository>),
    /// Somewhere else.
    Remote(String),
}

/// Understands the argument. What exists as a path is a path, whatever it looks like.
pub(crate) fn understand(argument: &OsStr, wants_git: bool) -> Result<Target, Failure> {
    let path = Path::new(argument);
    if !path.exists()
        && let Some(text) = argument.to_str()
        && is_url(text)
    {
        return Ok(Target::Remote(text.to_owned()));
    }
    let open = || match Repository::open(path) {
        Ok(repository) => Ok(Target::Repository(Box::new(repository))),
        Err(error) => Err(Failure::target(error)),
    };
    if wants_git {
        return open();
    }
    // A bare repository has no files of its own to scan but those of its commits.
    if path.is_dir() && is_bare(path) {
        return open();
    }
    if let Err(source) = std::fs::metadata(path) {
        return Err(Failure::target(sources::Error::Open { path: path.to_owned(), source }));
    }
    Ok(Target::Files(path.to_owned()))
}

fn is_bare(path: &Path) -> bool {
    path.join("HEAD").is_file() && path.join("objects").is_dir() && path.join("refs").is_dir()
}

/// `scheme://…`, or git's short form of ssh, `user@host:path`.
fn is_url(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    if let Some(scheme) = scheme {
        return !scheme.is_empty()
            && scheme
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    }
    match text.split_once(':') {
        Some((host, path)) => host.contains('@') && !host.contains('/') && !path.is_empty(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_told_from_paths() {
        for url in
            ["https://a.example/b.git", "ssh://git@a/b", "git@github.com:a/b.git", "file:///x"]
        {
            assert!(is_url(url), "{url}");
        }
        for path in [".", "a/b", "C:\\x", "/tmp/x:y", "a@b/c", "nothing"] {
            assert!(!is_url(path), "{path}");
        }
    }
}
