//! Every check the product ships. A check looks at bytes it is handed and says what it found; it reads no file, opens
//! no socket and keeps no state between two subjects.
//!
//! The secret rules are data (`rules/secrets/*.toml`); [`secrets`] holds what understands and runs them. [`web`] judges websites.

pub mod dependencies;
pub mod secrets;
mod told;
pub mod web;

pub use told::toml_problem;
