//! What the site's domain says in DNS.

use super::Check;

pub(super) static CHECKS: &[&Check] = &[];
