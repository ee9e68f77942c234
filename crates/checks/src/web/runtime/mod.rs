//! What happens when a browser runs the pages. Without one nothing is judged here.

mod blank_render;
mod console_errors;
mod cookie_attributes;
mod csp_violation;
mod endpoints;
mod failed_requests;
mod mixed_content;
mod said;
mod third_party_scripts;
mod token_in_storage;
mod uncaught_exception;

use super::Check;

pub(super) static CHECKS: &[&Check] = &[
    &blank_render::CHECK,
    &console_errors::CHECK,
    &cookie_attributes::CHECK,
    &csp_violation::CHECK,
    &endpoints::CHECK,
    &failed_requests::CHECK,
    &mixed_content::CHECK,
    &third_party_scripts::CHECK,
    &token_in_storage::CHECK,
    &uncaught_exception::CHECK,
];

/// A text without the numbers in it, which are others at the next visit.
fn stable(text: &str) -> String {
    let mut stable = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_ascii_digit() {
            true if stable.ends_with('#') => {}
            true => stable.push('#'),
            false => stable.push(c),
        }
    }
    stable
}

#[test]
fn numbers_do_not_tell_two_texts_apart() {
    assert_eq!(stable("/api/7/cart?n=12"), stable("/api/431/cart?n=3"));
    assert_ne!(stable("a1"), stable("b1"));
}
