//! Repositories that are somewhere else: cloned into a temporary folder, which goes when the scan ends.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use anyhow::Context as _;
use engine::Cancel;
use fetch::{
    SafeUrl, Scheme,
    git::{self, CloneRequest, Cloned, Limits},
};
use indicatif::HumanBytes;
use tempfile::TempDir;

use crate::{Failure, cli::ScanArguments, network, progress::Line};

/// A URL that the policy allows, before anyone is asked.
pub(crate) struct Remote {
    client: fetch::Client,
    url: SafeUrl,
}

/// A clone, as long as it is looked at.
pub(crate) struct Clone {
    folder: TempDir,
    pub(crate) cloned: Cloned,
}

impl Remote {
    /// Understands the URL.
    pub(crate) fn new(arguments: &ScanArguments, url: &str) -> Result<Self, Failure> {
        let client = network::client(&arguments.reach).map_err(Failure::Usage)?;
        let url = client.url(url).map_err(|error| Failure::Target(error.into()))?;
        Ok(Self { client, url })
    }

    /// As reports show it: without a user.
    pub(crate) fn url(&self) -> String {
        self.url.to_string()
    }

    /// The path of a `file:` URL, which is read where it is.
    pub(crate) fn local(&self) -> Option<Result<PathBuf, Failure>> {
        (self.url.scheme() == Scheme::File)
            .then(|| git::resolve_local(&self.url).map_err(|error| Failure::Target(error.into())))
    }

    /// Fetches what the scan needs: one commit, or with `--history` all of it.
    pub(crate) fn clone(
        &self,
        arguments: &ScanArguments,
        cancel: &Cancel,
    ) -> Result<Clone, Failure> {
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
        let defaults = Limits::default();
        let cloned = git::clone(
            &self.client,
            &CloneRequest {
                url: &self.url,
                branch: arguments.branch.as_deref(),
                depth: if arguments.history { None } else { 1.try_into().ok() },
                credentials: network::credentials().as_ref(),
                destination: &folder.path().join("repository.git"),
                limits: Limits {
                    max_pack_bytes: arguments.reach.max_clone_mib.saturating_mul(1 << 20),
                    timeout: Duration::from_secs(arguments.reach.clone_timeout),
                    ..defaults
                },
                cancel: cancel.flag(),
                received_bytes: Some(&received),
                ssh_program: None,
            },
        );
        drop(line);
        let cloned = cloned.map_err(|error| Failure::Target(error.into()))?;
        Ok(Clone { folder, cloned })
    }
}

impl Clone {
    /// The git directory.
    pub(crate) fn path(&self) -> &Path {
        debug_assert!(
            self.cloned.git_dir.starts_with(self.folder.path()),
            "it goes with the folder"
        );
        &self.cloned.git_dir
    }
}
