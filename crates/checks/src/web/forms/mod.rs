//! Whether forms can be filled in easily.

mod autocomplete_invalid;
mod autocomplete_missing;
mod controls;
mod group_unnamed;
mod input_type;
mod label_astray;
mod label_hint_only;
mod label_missing;
mod password_autocomplete;
mod paste_blocked;
mod purposes;
mod submit_missing;

use super::Check;

pub(super) static CHECKS: &[&Check] = &[
    &autocomplete_invalid::CHECK,
    &autocomplete_missing::CHECK,
    &group_unnamed::CHECK,
    &input_type::CHECK,
    &label_astray::CHECK,
    &label_hint_only::CHECK,
    &label_missing::CHECK,
    &password_autocomplete::CHECK,
    &paste_blocked::CHECK,
    &submit_missing::CHECK,
];
