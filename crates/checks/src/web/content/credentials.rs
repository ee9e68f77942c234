//! Forms that ask for a password.

use formats::web::html::Element;

use crate::web::Page;

/// Every form of the page that asks for a password.
pub(super) fn forms<'p>(page: &'p Page<'_>) -> Vec<Element<'p>> {
    let forms = page.document.by_name("form");
    forms.filter(|form| form.descendants().any(is_password)).collect()
}

/// Whether an element is a field for a password.
pub(super) fn is_password(element: Element<'_>) -> bool {
    element.is("input") && element.has_word("type", "password")
}

/// Whether a form's fields become the query of a URL (HTML, 4.10.22.3: `get` where nothing else is said). Forms that a script takes
/// over say so by having no address.
pub(super) fn is_get(form: Element<'_>) -> bool {
    let method = form.attribute("method").unwrap_or_default().trim();
    !method.eq_ignore_ascii_case("post") && !method.eq_ignore_ascii_case("dialog")
}
