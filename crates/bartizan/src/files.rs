//! Files that the user names, read through a limit.

use std::{fs, io::Read as _, path::Path};

use anyhow::{Context as _, Result, bail};

/// The whole content, if it is not longer than `limit` bytes.
pub(crate) fn bytes(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let told = || format!("cannot read {}", path.display());
    let mut bytes = Vec::new();
    fs::File::open(path)
        .with_context(told)?
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .with_context(told)?;
    if bytes.len() as u64 > limit {
        bail!("{} is larger than {} MiB", path.display(), limit >> 20);
    }
    Ok(bytes)
}

/// The same as text.
pub(crate) fn text(path: &Path, limit: u64) -> Result<String> {
    String::from_utf8(bytes(path, limit)?)
        .with_context(|| format!("cannot read {}", path.display()))
}
