//! What back ends answered.

use model::site::{Answer, Role};
use serde_json::Value;
use url::Url;

use crate::web::Visit;

/// The answers with success to questions whose URL is wanted, and their JSON. `None` for what was cut or is none.
pub(super) fn answers<'v, T: 'v>(
    visit: &'v Visit<'_>,
    is_wanted: impl Fn(&Url) -> Option<T> + 'v,
) -> impl Iterator<Item = (T, &'v Answer, Option<Value>)> {
    // What was redirected was answered by somebody else.
    let answered = visit.answered(Role::Backend).filter(|(asked, _)| asked.hops.is_empty());
    let good = answered.filter(|(_, answer)| answer.is_success());
    good.filter_map(move |(_, answer)| {
        let wanted = is_wanted(&answer.url)?;
        Some((wanted, answer, serde_json::from_slice(&answer.body).ok()))
    })
}

/// The last part of a path.
pub(super) fn last_segment(url: &Url) -> Option<String> {
    url.path_segments()?.next_back().filter(|last| !last.is_empty()).map(str::to_owned)
}

/// A URL for a finding: what was asked, without how.
pub(super) fn shown(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_query(None);
    url
}
