//! Back ends as a service that the page itself names: what they answer to any visitor.

use super::Check;

pub(super) static CHECKS: &[&Check] = &[];
