//! The promises of the binary, kept by the binary itself.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the allowances for tests do not reach their helpers"
)]

mod advisories;
mod documents;
mod gitleaks;
mod instance;
mod mcp;
mod outages;
mod packages;
mod remote;
mod scan;
mod server;
mod support;
mod web_api;
mod websites;
