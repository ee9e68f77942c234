//! The crate through its public door.

#![expect(clippy::unwrap_used, reason = "the allowances for tests do not reach their helpers")]

mod reference;
mod sites;
