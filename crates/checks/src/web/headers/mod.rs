//! What the heads of answers say, cookies among it.

mod content_type_options;

use super::Check;

pub(super) static CHECKS: &[&Check] = &[&content_type_options::CHECK];
