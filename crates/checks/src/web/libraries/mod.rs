//! JavaScript libraries that pages load.

mod known_vulnerability;
mod recognise;
mod several_versions;
mod unmaintained;
mod unpinned;

use super::Check;

pub use known_vulnerability::CHECK as KNOWN_VULNERABILITY;
pub use recognise::{Library, libraries};

pub(super) static CHECKS: &[&Check] =
    &[&KNOWN_VULNERABILITY, &several_versions::CHECK, &unmaintained::CHECK, &unpinned::CHECK];
