//! What is promised about the way out, against servers on loopback.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "the allowances for tests do not reach their helpers"
)]

mod browser;
mod browser_hostile;
mod clone_http;
mod clone_kinds;
mod clone_ssh;
mod crawl;
mod dns;
mod download;
mod hostile;
mod http;
mod packs;
mod ssrf;
mod support;
mod tls;
