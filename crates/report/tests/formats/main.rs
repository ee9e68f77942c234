//! Every form of a report, through the one door a caller has: [`report::write`].
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics is a test that fails"
)]

mod csv;
mod json;
mod sample;
mod sarif;
mod sbom;
mod schemas;
mod table;
