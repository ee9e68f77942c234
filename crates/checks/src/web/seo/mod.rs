//! How search engines see the site.

use super::Check;

pub(super) static CHECKS: &[&Check] = &[];
