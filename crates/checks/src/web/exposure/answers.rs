//! Answers to requests for things that sites leave open by mistake.

use std::borrow::Cow;

use model::site::{Answer, Role};
use serde_json::Value;

use crate::web::{Found, Visit, bodies};

/// What was answered with success and words at one of these paths. A site that answers the same to what cannot exist says nothing by
/// it, and neither does one that leads elsewhere.
pub(super) fn at<'v>(
    visit: &'v Visit<'_>,
    paths: &'v [&'v str],
) -> impl Iterator<Item = (&'v Answer, Cow<'v, str>)> {
    let asked = [Role::Exposed, Role::WellKnown].into_iter().flat_map(|role| visit.answered(role));
    let there = asked.filter(|(resource, answer)| {
        let path = resource.url.path();
        paths.contains(&path)
            && answer.url.path() == path
            && answer.status == 200
            && !answer.body.is_empty()
            && !visit.answered(Role::Missing).any(|(_, missing)| missing.body == answer.body)
    });
    there.map(|(_, answer)| (answer, bodies::text(answer)))
}

/// A finding about an answer; its path says which one it is.
pub(super) fn found(answer: &Answer, key: &str) -> Found {
    Found::at(&answer.url).key(key).evidence("url", answer.url.as_str())
}

/// Whether it is a page, where a file was asked for.
pub(super) fn is_page(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with('<')
}

/// The JSON object that was answered.
pub(super) fn object(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().filter(Value::is_object)
}

/// The text of the first element of that name in a page, one blank between its words.
pub(super) fn element(text: &str, name: &str) -> Option<String> {
    let document = formats::web::html::Document::parse(text);
    document.first(name).map(|element| element.words())
}
