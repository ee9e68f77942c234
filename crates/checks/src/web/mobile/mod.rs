//! Whether the site fits a phone and can be installed.

use super::Check;

pub(super) static CHECKS: &[&Check] = &[];
