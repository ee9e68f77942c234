//! The data key: from the environment, else from a file that is made at the first start.

use std::{
    env, fs,
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

use anyhow::{Context as _, Result, bail};
use app::DataKeys;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

/// Where keys can be set, for servers whose disk comes and goes.
const VARIABLE: &str = "BARTIZAN_DATA_KEY";
/// The file in the data directory.
pub(crate) const FILE_NAME: &str = "data.key";
/// A key has 44 characters; several may stand in the file.
const MAX_FILE_BYTES: u64 = 4_096;

/// Makes the data directory, readable by its owner only, if it is not there.
pub(crate) fn make_folder(folder: &Path) -> Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("cannot make the data directory {}", folder.display()))
}

/// Makes an empty file for its owner only, if it is not there; what lies beside a database is made as its file is. Others lose
/// what they could read of one that is there.
pub(crate) fn make_private(path: &Path) -> Result<()> {
    let told = || format!("cannot make {}", path.display());
    let file = fs::OpenOptions::new().append(true).create(true).mode(0o600).open(path);
    let file = file.with_context(told)?;
    file.set_permissions(fs::Permissions::from_mode(0o600)).with_context(told)
}

/// The keys of this installation.
pub(crate) fn load(folder: &Path) -> Result<DataKeys> {
    if let Some(text) = env::var_os(VARIABLE).filter(|text| !text.is_empty()) {
        let text = Zeroizing::new(text.into_string().unwrap_or_default());
        return DataKeys::parse(&text).context(VARIABLE);
    }
    let path = folder.join(FILE_NAME);
    let text = read_or_make(&path).with_context(|| format!("the key file {}", path.display()))?;
    DataKeys::parse(text.trim()).with_context(|| format!("the key file {}", path.display()))
}

fn read_or_make(path: &Path) -> Result<Zeroizing<String>> {
    match fs::metadata(path) {
        Ok(metadata) => {
            if metadata.permissions().mode() & 0o077 != 0 {
                bail!("others than its owner can read it; `chmod 600` it");
            }
            if metadata.len() > MAX_FILE_BYTES {
                bail!("it is too large to be a key");
            }
            return Ok(Zeroizing::new(fs::read_to_string(path)?));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(key.as_mut_slice()).context("there is no randomness to be had")?;
    let text = Zeroizing::new(format!("{}\n", STANDARD.encode(key.as_slice())));
    // Written aside and linked there, so that of two processes that start at once both use the key of the first.
    let aside = path.with_extension(format!("key.{}", uuid::Uuid::now_v7()));
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&aside, path);
    fs::remove_file(&aside)?;
    match linked {
        Ok(()) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Ok(Zeroizing::new(fs::read_to_string(path)?))
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        let made = read_or_make(&path).unwrap();
        assert_eq!(read_or_make(&path).unwrap(), made);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(DataKeys::parse(made.trim()).is_ok());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(read_or_make(&path).is_err());
    }
}
