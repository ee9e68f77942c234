//! What happens when a browser runs the pages.

use super::Check;

pub(super) static CHECKS: &[&Check] = &[];
