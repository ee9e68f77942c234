//! A folder of this process for clones. What a process that was killed has left there, the next one clears away.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use crate::keys::make_folder;

/// A folder, as long as this lives.
pub(crate) struct Scratch {
    pub(crate) folder: PathBuf,
    /// Locked: that is how others know that the folder is in use.
    _lock: File,
    lock_path: PathBuf,
}

impl Scratch {
    /// Makes a folder below `all`, and clears away those of processes that are gone.
    pub(crate) fn begin(all: &Path) -> Result<Self> {
        make_folder(all)?;
        let told = || format!("cannot use the folder {}", all.display());
        clear(all).with_context(told)?;
        let folder = all.join(uuid::Uuid::now_v7().to_string());
        let lock_path = folder.with_extension("lock");
        let lock = File::create_new(&lock_path).with_context(told)?;
        lock.lock().with_context(told)?;
        make_folder(&folder)?;
        Ok(Self { folder, _lock: lock, lock_path })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed now is removed at the next start.
        let _ = fs::remove_dir_all(&self.folder);
        let _ = fs::remove_file(&self.lock_path);
    }
}

fn clear(all: &Path) -> io::Result<()> {
    for entry in fs::read_dir(all)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "lock") {
            continue;
        }
        // Another process may have cleared it away just now.
        let Ok(lock) = File::open(&path) else { continue };
        match lock.try_lock() {
            Ok(()) => {
                let _ = fs::remove_dir_all(path.with_extension(""));
                let _ = fs::remove_file(&path);
            }
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_dead_process_left_is_cleared_away_and_what_a_living_one_uses_is_not() {
        let all = tempfile::tempdir().unwrap();
        let living = Scratch::begin(all.path()).unwrap();
        fs::write(living.folder.join("clone"), "x").unwrap();
        fs::create_dir(all.path().join("dead")).unwrap();
        fs::write(all.path().join("dead/clone"), "x").unwrap();
        fs::write(all.path().join("dead.lock"), "").unwrap();
        let next = Scratch::begin(all.path()).unwrap();
        assert!(living.folder.join("clone").exists() && next.folder.exists());
        assert!(!all.path().join("dead").exists());
        drop((living, next));
        assert_eq!(fs::read_dir(all.path()).unwrap().count(), 0);
    }
}
