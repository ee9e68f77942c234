//! Whether forms can be filled in easily.

use super::Check;

pub(super) static CHECKS: &[&Check] = &[];
