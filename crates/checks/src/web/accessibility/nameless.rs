//! Elements without a name.

use formats::web::html::Element;

use crate::web::{
    Page,
    accessible_name::Names,
    elements::{is_hidden, within},
};

/// Those of a page that assistive technology comes across and has no name for.
pub(super) fn nameless<'p>(
    page: &'p Page<'_>,
    is_it: impl Fn(Element<'p>) -> bool,
) -> Vec<Element<'p>> {
    let hidden = within(&page.document, is_hidden);
    let names = Names::of(&page.document);
    page.document
        .elements()
        .filter(|element| !hidden.contains(&element.number()) && is_it(*element))
        .filter(|element| names.name(*element).is_missing())
        .collect()
}
