//! Records about vulnerabilities, one file of ours per format.

pub mod epss;
pub mod kev;
pub mod modified;
pub mod osv;
pub mod rustsec;
mod time;
mod yaml;

use model::Advisory;

use crate::Problem;

/// A record that was understood, in part at least.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// What it says.
    pub advisory: Advisory,
    /// What was passed over.
    pub problems: Vec<Problem>,
}
