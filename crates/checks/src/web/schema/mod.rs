//! How pages are structured, for machines that read them.

mod doctype;
mod duplicate_id;
mod heading_order;
mod json_ld_incomplete;
mod json_ld_invalid;
mod main_misplaced;
mod main_missing;
mod obsolete_elements;
mod structured;

use super::Check;

pub(super) static CHECKS: &[&Check] = &[
    &doctype::CHECK,
    &duplicate_id::CHECK,
    &heading_order::CHECK,
    &json_ld_incomplete::CHECK,
    &json_ld_invalid::CHECK,
    &main_misplaced::CHECK,
    &main_missing::CHECK,
    &obsolete_elements::CHECK,
];
