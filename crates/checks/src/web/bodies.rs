//! What hosts of the site answered in words, error pages among it.

use std::borrow::Cow;

use model::site::{Answer, Role};

use super::{Visit, party};

/// So much of a body is searched: what says what a page is stands near its head, or the page is not long.
const MAX_BYTES: usize = 1 << 20;

/// Every answer with a text that somebody may read: pages with success and without, the page for what is missing, and what was asked
/// for by its usual name.
pub(super) fn texts<'v>(visit: &'v Visit<'_>) -> impl Iterator<Item = (&'v Answer, Cow<'v, str>)> {
    let read = [Role::Page, Role::Missing, Role::Exposed, Role::PlainHttp, Role::WellKnown];
    let answers = read.into_iter().flat_map(|role| visit.answered(role));
    let own = answers.filter(|(_, answer)| {
        !answer.body.is_empty() && party::is_same_site(&answer.url, visit.site.home())
    });
    own.map(|(_, answer)| (answer, text(answer)))
}

/// The text of a body, as far as it is searched.
pub(super) fn text(answer: &Answer) -> Cow<'_, str> {
    String::from_utf8_lossy(answer.body.get(..MAX_BYTES).unwrap_or(&answer.body))
}
