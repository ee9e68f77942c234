//! What the application promises, on both databases: each test runs on SQLite, and on PostgreSQL where
//! `BARTIZAN_TEST_POSTGRES` names a server (`cargo xtask postgres cargo test -p app`).

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "the allowances for tests do not reach their helpers"
)]

mod accounts;
mod domains;
mod exports;
mod hooks;
mod limits;
mod packages;
mod sites;
mod support;
mod tenancy;
mod upkeep;
mod worker;
