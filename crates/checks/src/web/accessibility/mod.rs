//! Whether people who see, hear or move differently can use the pages (WCAG 2.2).

mod accesskey;
mod aria;
mod aria_attributes;
mod aria_references;
mod aria_required;
mod aria_role;
mod button_name;
mod cascade;
mod contrast;
mod dialog_name;
mod duplicate_references;
mod empty_heading;
mod focus_outline;
mod form_labels;
mod frame_title;
mod graphic_name;
mod group_label;
mod hidden_focusable;
mod label_in_name;
mod language;
mod link_name;
mod list_structure;
mod moving_content;
mod nameless;
mod nested_interactive;
mod parts_language;
mod placeholder_labels;
mod selector;
mod skip_link;
mod tabindex;
mod table_headers;
mod timed_refresh;
mod viewport_zoom;
mod widget_name;

use super::Check;

pub(super) static CHECKS: &[&Check] = &[
    &accesskey::CHECK,
    &aria_attributes::CHECK,
    &aria_references::CHECK,
    &aria_required::CHECK,
    &aria_role::CHECK,
    &button_name::CHECK,
    &contrast::CHECK,
    &dialog_name::CHECK,
    &duplicate_references::CHECK,
    &empty_heading::CHECK,
    &focus_outline::CHECK,
    &form_labels::CHECK,
    &frame_title::CHECK,
    &graphic_name::CHECK,
    &group_label::CHECK,
    &hidden_focusable::CHECK,
    &label_in_name::CHECK,
    &language::CHECK,
    &link_name::CHECK,
    &list_structure::CHECK,
    &moving_content::CHECK,
    &nested_interactive::CHECK,
    &parts_language::CHECK,
    &placeholder_labels::CHECK,
    &skip_link::CHECK,
    &tabindex::CHECK,
    &table_headers::CHECK,
    &timed_refresh::CHECK,
    &viewport_zoom::CHECK,
    &widget_name::CHECK,
];
