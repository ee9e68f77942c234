//! The APIs, as clients meet them: through the router, without a socket.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the allowances for tests do not reach their helpers"
)]

mod code_api;
mod document;
mod every_operation;
mod exports;
mod hostile;
mod mcp;
mod roles;
mod sessions;
mod support;
mod web_api;
mod web_limits;
mod workspace_api;
