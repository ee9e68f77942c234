//! Whether people who see, hear or move differently can use the pages (WCAG 2.2).

use super::Check;

pub(super) static CHECKS: &[&Check] = &[];
