//! Whether forms can be filled in easily.

mod autocomplete_invalid;
mod autocomplete_missing;
mod controls;
mod input_type;
mod label_astray;
mod password_autocomplete;
mod paste_blocked;
mod purposes;
mod submit_missing;

use super::Check;

pub(super) static CHECKS: &[&Check] = &[
    &autocomplete_invalid::CHECK,
    &autocomplete_missing::CHECK,
    &input_type::CHECK,
    &label_astray::CHECK,
    &password_autocomplete::CHECK,
    &paste_blocked::CHECK,
    &submit_missing::CHECK,
];
