//! What the store promises, on both databases: each test runs on SQLite, and on PostgreSQL where `BARTIZAN_TEST_POSTGRES`
//! names a server (`cargo xtask postgres cargo test -p store`).

#![expect(clippy::unwrap_used, reason = "the allowances for tests do not reach their helpers")]

mod accounts;
mod breaks;
mod findings;
mod projects;
mod queue;
mod rates;
mod sites;
mod support;
mod tenancy;
mod usage;
