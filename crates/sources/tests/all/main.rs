//! What is promised about targets, against servers on loopback.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the allowances for tests do not reach their helpers"
)]

mod folders;
mod site;
mod site_browser;
mod site_hostile;
mod site_named;
mod site_reach;
mod support;
