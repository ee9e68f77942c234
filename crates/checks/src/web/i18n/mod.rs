//! Languages, scripts and encodings.

use super::Check;

pub(super) static CHECKS: &[&Check] = &[];
