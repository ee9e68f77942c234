//! Everything a user of the crate may rely on, through its public functions, and what is published of the formats, read in place.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "the allowances for tests do not reach their helpers"
)]

mod cvss;
mod hostile;
mod kit;
mod lockfiles_apple_and_others;
mod lockfiles_containers;
mod lockfiles_dotnet;
mod lockfiles_java;
mod lockfiles_ruby_and_php;
mod purl;
mod sbom;
mod versions;
mod vex;
mod web_libraries;

use std::path::PathBuf;

/// A file or folder of the test data beside the checkout; says so where there is none.
fn shared(path: &str) -> Option<PathBuf> {
    let whole =
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).join(path);
    if whole.exists() {
        return Some(whole);
    }
    eprintln!("skipped: no test data at {}", whole.display());
    None
}
