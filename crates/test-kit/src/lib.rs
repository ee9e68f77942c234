//! Repositories and servers for tests: nothing leaves the machine, nothing is read from the user's configuration, nothing waits.
//!
//! For dev-dependencies only. Everything panics where something is not as a test needs it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot be set up has failed"
)]

mod browser;
mod certificate;
mod clean_site;
mod dns_server;
mod git_server;
mod http2_server;
mod http_server;
mod names;
mod repo;
mod tls_server;
mod weak_site;
mod zone;

pub use browser::{WatchedBrowser, chromium, is_root};
pub use certificate::{Certificate, Flaw, certificate, certificate_for, flawed_certificate};
pub use clean_site::CleanSite;
pub use dns_server::{DnsReply, DnsServer};
pub use git_server::{Fault, GitServer, GitServerBuilder};
pub use http_server::{Ending, HttpServer, Reply, Request};
pub use http2_server::Http2Server;
pub use names::Names;
pub use repo::{Repo, isolated_git};
pub use tls_server::{OpensslServer, TlsServer};
pub use weak_site::{Expected, OldTls, WeakSites};
pub use zone::Zone;

/// A password nobody uses, in two parts, so that this file is no finding.
#[must_use]
pub fn password() -> String {
    ["Kx7abc913", "!QZ"].concat()
}

/// Bytes that do not compress, the same ones every time: a pack of them is large enough to have a middle.
#[must_use]
pub fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 1_u32;
    std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    })
    .take(bytes)
    .collect()
}
