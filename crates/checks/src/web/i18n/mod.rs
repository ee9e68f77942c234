//! Languages, scripts and encodings.

mod charset_conflict;
mod charset_late;
mod charset_legacy;
mod charset_missing;
mod direction;
mod encodings;
mod language_conflict;
mod text_garbled;

use super::Check;

pub(super) static CHECKS: &[&Check] = &[
    &charset_conflict::CHECK,
    &charset_late::CHECK,
    &charset_legacy::CHECK,
    &charset_missing::CHECK,
    &direction::CHECK,
    &language_conflict::CHECK,
    &text_garbled::CHECK,
];
