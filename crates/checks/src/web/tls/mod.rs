//! How connections are encrypted.

use super::Check;

pub(super) static CHECKS: &[&Check] = &[];
