//! The folder a clone is written to: a bare repository made of nothing but objects and refs, or what was there before.

use std::{
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

use gix::hash::Kind;

use super::plan::{Head, Plan};
use crate::Error;

/// Until it is kept, dropping it takes back everything.
pub(super) struct Destination {
    path: PathBuf,
    created: bool,
    kept: bool,
}

impl Destination {
    pub(super) fn prepare(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::Destination { path: path.to_owned(), source };
        let created = match fs::read_dir(path) {
            Ok(mut entries) => {
                if entries.next().is_some() {
                    return Err(failed(io::ErrorKind::DirectoryNotEmpty.into()));
                }
                false
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // Only this one folder: what is above it is the caller's, and could not be taken back for sure.
                create_private(path).map_err(failed)?;
                true
            }
            Err(error) => return Err(failed(error)),
        };
        let destination = Self { path: path.to_owned(), created, kept: false };
        for folder in ["objects/pack", "objects/info", "refs/heads", "refs/tags"] {
            let folder = destination.path.join(folder);
            fs::create_dir_all(&folder).map_err(destination.blame(&folder))?;
        }
        Ok(destination)
    }

    pub(super) fn pack_folder(&self) -> PathBuf {
        self.path.join("objects/pack")
    }

    pub(super) fn shallow_file(&self) -> PathBuf {
        self.path.join("shallow")
    }

    /// An error at one of the paths in here.
    pub(super) fn blame(&self, path: &Path) -> impl FnOnce(io::Error) -> Error + use<> {
        let path = path.to_owned();
        |source| Error::Destination { path, source }
    }

    /// `config`, refs and, last, `HEAD`: without that it is no repository.
    pub(super) fn finish(mut self, plan: &Plan, hash: Kind) -> Result<PathBuf, Error> {
        // gitrepository-layout(5), git-config(1).
        let config = match hash {
            Kind::Sha1 => "[core]\n\trepositoryformatversion = 0\n\tbare = true\n".to_owned(),
            other => format!(
                "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = {other}\n"
            ),
        };
        self.write("config", &config)?;
        let mut packed = "# pack-refs with: sorted \n".to_owned();
        for (name, id) in &plan.refs {
            // Writing into a String cannot fail.
            let _ = writeln!(packed, "{id} {name}");
        }
        self.write("packed-refs", &packed)?;
        let head = match &plan.head {
            Head::Branch(name, _) => format!("ref: {name}\n"),
            Head::Detached(id) => format!("{id}\n"),
        };
        self.write("HEAD", &head)?;
        self.kept = true;
        Ok(self.path.clone())
    }

    fn write(&self, name: &str, text: &str) -> Result<(), Error> {
        let path = self.path.join(name);
        fs::write(&path, text).map_err(self.blame(&path))
    }
}

/// What a token has opened is not for other users of the machine.
fn create_private(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

impl Drop for Destination {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        // There is nobody left to tell that a folder cannot be removed: the first error is on its way already.
        if self.created {
            let _ = fs::remove_dir_all(&self.path);
            return;
        }
        for entry in fs::read_dir(&self.path).into_iter().flatten().flatten() {
            let path = entry.path();
            let _ = fs::remove_dir_all(&path).or_else(|_| fs::remove_file(&path));
        }
    }
}
