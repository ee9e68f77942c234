//! What others wrote, in our words: lock files and manifests ([`lockfiles`]), bills of materials ([`sbom`]), statements about
//! exploitability ([`vex`]), advisories ([`advisories`]), package URLs ([`purl`]), the spelling of names ([`names`]), the order of
//! versions ([`versions`]), scores ([`cvss`]), and what websites say ([`web`]).
//!
//! Every reader is a total function over foreign bytes: it returns what it understood and a list of [`Problem`]s, and it is bounded
//! in time and memory by what it was given. Nothing here opens a file or a socket.

pub mod advisories;
pub mod cvss;
mod encoding;
mod json;
mod lines;
pub mod lockfiles;
pub mod names;
mod problem;
pub mod purl;
pub mod sbom;
mod toml_tree;
pub mod versions;
pub mod vex;
pub mod web;
mod xml;
mod yaml;

pub use lines::Lines;
pub use problem::Problem;
