//! Whether the site fits a phone and can be installed.

mod manifest_broken;
mod manifest_incomplete;
mod manifests;
mod theme_color;
mod touch_icon;
mod viewport_fixed;
mod viewport_missing;

use super::Check;

pub(super) static CHECKS: &[&Check] = &[
    &manifest_broken::CHECK,
    &manifest_incomplete::CHECK,
    &theme_color::CHECK,
    &touch_icon::CHECK,
    &viewport_fixed::CHECK,
    &viewport_missing::CHECK,
];
