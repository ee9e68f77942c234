//! Repositories that are somewhere else: cloned into a temporary folder, which goes when the scan ends.

use std::{
    path::PathBuf,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use anyhow::Context as _;
use engine::Cancel;
use fetch::{
    SafeUrl, Scheme,
    git::{self, CloneRequest, Limits},
};
use indicatif::HumanBytes;
use tempfile::TempDir;

use crate::{Failure, cli::Reach, network, progress::Line, scan::Look};

/// A URL that the policy allows, before anyone is asked.
pub(crate) struct Remote {
    client: fetch::Client,
    url: SafeUrl,
}

/// A repository on this disk.
pub(crate) struct Local {
    pub(crate) path: PathBuf,
    /// It goes with the folder, if it is a clone; then it holds what was asked for and nothing else.
    pub(crate) clone: Option<TempDir>,
}

impl Remote {
    /// Understands the URL.
    pub(crate) fn new(reach: &Reach, url: &str) -> Result<Self, Failure> {
        let client = network::client(reach).map_err(Failure::Usage)?;
        let url = client.url(url).map_err(Failure::target)?;
        Ok(Self { client, url })
    }

    /// As reports show it: without a user.
    pub(crate) fn url(&self) -> String {
        self.url.to_string()
    }

    /// Fetches what the scan needs: one commit, or with `--history` all of it. What a `file:` URL names is read where it is.
    pub(crate) fn fetch(&self, look: Look<'_>, cancel: &Cancel) -> Result<Local, Failure> {
        if self.url.scheme() == Scheme::File {
            let path = git::resolve_local(&self.url).map_err(Failure::target)?;
            return Ok(Local { path, clone: None });
        }
        let folder = tempfile::Builder::new()
            .prefix("bartizan-")
            .tempdir()
            .context("cannot make a temporary folder for the clone")
            .map_err(Failure::Target)?;
        let received = Arc::new(AtomicU64::new(0));
        let line = Line::show({
            let received = Arc::clone(&received);
            move || {
                let bytes = received.load(std::sync::atomic::Ordering::Relaxed);
                format!("cloning, {}", HumanBytes(bytes))
            }
        });
        let cloned = git::clone(
            &self.client,
            &CloneRequest {
                url: &self.url,
                branch: look.branch,
                depth: if look.history { None } else { 1.try_into().ok() },
                credentials: network::credentials().as_ref(),
                destination: &folder.path().join("repository.git"),
                limits: Limits {
                    max_pack_bytes: look.reach.max_clone_mib.saturating_mul(1 << 20),
                    timeout: Duration::from_secs(look.reach.clone_timeout),
                    ..Limits::default()
                },
                cancel: cancel.flag(),
                received_bytes: Some(&received),
                ssh_program: None,
            },
        );
        drop(line);
        let cloned = cloned.map_err(Failure::target)?;
        Ok(Local { path: cloned.git_dir, clone: Some(folder) })
    }
}
