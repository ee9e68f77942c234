//! JavaScript libraries that pages load.

use super::Check;

pub(super) static CHECKS: &[&Check] = &[];
