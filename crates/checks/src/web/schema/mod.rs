//! How pages are structured, for machines that read them.

use super::Check;

pub(super) static CHECKS: &[&Check] = &[];
