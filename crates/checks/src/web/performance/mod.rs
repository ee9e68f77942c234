//! How fast pages arrive and are shown.

use super::Check;

pub(super) static CHECKS: &[&Check] = &[];
