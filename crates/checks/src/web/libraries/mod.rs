//! JavaScript libraries that pages load.

mod recognise;
mod several_versions;
mod unmaintained;
mod unpinned;

use super::Check;

pub use recognise::{Library, libraries};

pub(super) static CHECKS: &[&Check] =
    &[&several_versions::CHECK, &unmaintained::CHECK, &unpinned::CHECK];
