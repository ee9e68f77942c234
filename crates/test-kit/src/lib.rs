//! Repositories and servers for tests: nothing leaves the machine, nothing is read from the user's configuration, nothing waits.
//!
//! For dev-dependencies only. Everything panics where something is not as a test needs it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot be set up has failed"
)]

mod certificate;
mod git_server;
mod http_server;
mod repo;

pub use git_server::{Fault, GitServer, GitServerBuilder};
pub use http_server::{Ending, HttpServer, Reply, Request};
pub use repo::Repo;
