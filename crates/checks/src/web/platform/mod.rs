//! What the site is made with, and whether that version is known to be vulnerable.

use super::Check;

pub(super) static CHECKS: &[&Check] = &[];
