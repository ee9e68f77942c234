//! Clones: a bare repository in a folder of the caller's, with nothing in it but objects and refs.
//!
//! gix speaks the protocol and reads the pack; the sockets are ours. Its own HTTP client is not compiled in, because it sets its own
//! redirect policy after anything a caller configures, and connects to addresses in URLs without asking the resolver. ssh is the system's,
//! started with the checked address.
//!
//! No hook is installed or run, no submodule followed, no filter, template or checkout applied; no configuration of the user, the system
//! or the environment is read by git code. A token is sent only where the server asked for it (401), only to the scheme, host and port
//! of the URL it was given for, and only over https, or over http to a private network that the policy opens; it is in no argument, file or
//! environment variable.

mod cause;
mod deltas;
mod destination;
mod http_wire;
mod local;
mod pack;
mod plan;
mod receive;
mod ssh;

use std::{
    num::NonZeroU32,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, AtomicU64},
    time::Duration,
};

use model::{ObjectId, SecretValue};

use crate::{Client, Error, SafeUrl};

pub use local::resolve_local;

/// What to clone, and how much of it.
pub struct CloneRequest<'a> {
    /// Where from; `https`, `http` or `ssh`. For `file` see [`resolve_local`].
    pub url: &'a SafeUrl,
    /// One branch or tag only, by its short name, or one commit, by its full id. Without it: `HEAD`'s branch when `depth` is given, all branches and tags otherwise.
    pub branch: Option<&'a str>,
    /// At most so many commits from the tip. A server that cannot do that sends everything ([`Cloned::shallow`] says).
    pub depth: Option<NonZeroU32>,
    /// For a server that asks. ssh does not use them.
    pub credentials: Option<&'a Credentials>,
    /// A folder that is empty, or does not exist in one that does. It becomes the git directory; after an error it is as it was.
    pub destination: &'a Path,
    /// Bounds on what the server sends.
    pub limits: Limits,
    /// Set by another thread to stop.
    pub cancel: &'a AtomicBool,
    /// Counts the bytes of the pack while they arrive.
    pub received_bytes: Option<&'a AtomicU64>,
    /// The ssh to run; `ssh` from the `PATH` without it.
    pub ssh_program: Option<&'a Path>,
}

/// A user name and a token. No `Debug`.
pub struct Credentials {
    /// What the host wants beside a token, often anything.
    pub user: String,
    /// The token.
    pub token: SecretValue,
}

/// Bounds on a clone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of the pack as it is sent.
    pub max_pack_bytes: u64,
    /// In the pack. Each takes about 100 bytes of memory.
    pub max_objects: u64,
    /// Of one object when it is decompressed. A thread of the clone has up to three of them in memory.
    pub max_object_bytes: u64,
    /// Of all objects that are kept in memory at once because more deltas are built on them.
    pub max_base_bytes: u64,
    /// From the first name lookup to the last ref.
    pub timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_pack_bytes: 4 << 30,
            max_objects: 20_000_000,
            // From here on git makes no deltas either (core.bigFileThreshold).
            max_object_bytes: 512 << 20,
            max_base_bytes: 4 << 30,
            timeout: Duration::from_secs(30 * 60),
        }
    }
}

/// A finished clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cloned {
    /// The bare repository.
    pub git_dir: PathBuf,
    /// The commit `HEAD` (or the branch asked for) is at; `None` for an empty repository, and for a whole one whose `HEAD` leads nowhere.
    pub head: Option<ObjectId>,
    /// The short name of the branch `HEAD` is at, whether there is a commit or not; `None` when it is detached or the repository is empty.
    pub branch: Option<String>,
    /// A repository without a branch, a tag or a commit at `HEAD`: nothing was written but an empty repository.
    pub empty: bool,
    /// History is cut off.
    pub shallow: bool,
    /// Objects in the pack.
    pub objects: u64,
    /// Size of the pack as it was sent.
    pub pack_bytes: u64,
}

/// Clones into `request.destination`. Names are resolved and addresses judged by `client`'s policy and resolver, for ssh too.
///
/// # Errors
/// Every one says what to do; see [`Error`]. A `file` URL gives [`Error::Local`].
pub fn clone(client: &Client, request: &CloneRequest<'_>) -> Result<Cloned, Error> {
    receive::clone(client, request)
}
