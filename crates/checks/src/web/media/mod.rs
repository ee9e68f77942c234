//! Images and videos.

use super::Check;

pub(super) static CHECKS: &[&Check] = &[];
