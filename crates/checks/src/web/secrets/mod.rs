//! Credentials in what a site sends to everybody. The engine judges it, by the rules that it has for code.

mod js_bundle_sweep;
mod patterns;

use super::Check;

pub use js_bundle_sweep::CHECK as JS_BUNDLE_SWEEP;
pub use patterns::CHECK as PATTERNS;

pub(super) static CHECKS: &[&Check] = &[&JS_BUNDLE_SWEEP, &PATTERNS];
