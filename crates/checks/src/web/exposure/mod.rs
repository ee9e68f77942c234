//! What is reachable and should not be.

use super::Check;

pub(super) static CHECKS: &[&Check] = &[];
