//! What pages hold and embed, where that concerns security.

use super::Check;

pub(super) static CHECKS: &[&Check] = &[];
