//! The key under which secrets are hashed: from the environment, else the user's own, made at the first scan.

use std::{
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use engine::HashKey;

use crate::data;

/// Where a key can be set, for machines that come and go.
pub(crate) const VARIABLE: &str = "BARTIZAN_FINGERPRINT_KEY";

/// The user's key. Where none can be kept, one for this run.
pub(crate) fn load() -> HashKey {
    if let Ok(text) = env::var(VARIABLE)
        && !text.is_empty()
    {
        return HashKey::from_text(&text);
    }
    file().and_then(|path| read_or_make(&path).ok()).unwrap_or_else(|| HashKey::new(random()))
}

fn file() -> Option<PathBuf> {
    Some(data::folder()?.join("fingerprint.key"))
}

fn read_or_make(path: &Path) -> io::Result<HashKey> {
    match read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        other => return other,
    }
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder)?;
    let key = random();
    // Written aside and moved there unless another process was first. The temporary file is readable by its owner only.
    let mut aside = tempfile::NamedTempFile::new_in(folder)?;
    aside.write_all(&key)?;
    match aside.persist_noclobber(path) {
        Ok(_) => Ok(HashKey::new(key)),
        Err(_) => read(path),
    }
}

fn read(path: &Path) -> io::Result<HashKey> {
    let bytes = fs::read(path)?;
    let key: [u8; 32] = bytes.try_into().map_err(|_| io::ErrorKind::InvalidData)?;
    Ok(HashKey::new(key))
}

fn random() -> [u8; 32] {
    let mut key = [0; 32];
    // Without a source of randomness hashes are still keyed, by something no report tells.
    if getrandom::fill(&mut key).is_err() {
        key = std::process::id().to_le_bytes().repeat(8).try_into().unwrap_or([0; 32]);
    }
    key
}
