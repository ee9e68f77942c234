//! What is left of a page when it is done: the document, what a visitor sees of it, what it keeps.

use std::time::Duration;

use model::{
    SecretValue,
    site::{StorageArea, Stored},
};
use serde_json::{Value, json};
use url::Url;

use super::{recorder::text, trouble, wire::Wire};
use crate::Error;

/// Entries of one area that are kept.
const MAX_ENTRIES: usize = 100;
/// Beginning of a value that is kept, in UTF-16 units.
const MAX_VALUE: usize = 8 << 10;
/// Longest name of an entry.
const MAX_KEY: usize = 200;

/// Runs in a world of its own, where the page cannot replace what it calls. Strings are cut in the page, before they are sent.
const SCRIPT: &str = r#"(most => {
  const whole = text => text.toWellFormed();
  const kind = document.doctype;
  const head = kind ? `<!doctype ${kind.name}${kind.publicId ? ` public "${kind.publicId}"` : ''}>\n` : '';
  const text = head + (document.documentElement?.outerHTML ?? '');
  const shows = element => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1;
  };
  const seen = 'img,svg,canvas,video,object,embed,iframe,input,button,select,textarea';
  const all = Array.from(document.querySelectorAll('body *')).slice(0, 20000);
  // What stands in shadow trees is behind elements of the page's own making.
  const hasThings = all.some(element => (element.matches(seen) || element.localName.includes('-')) && shows(element));
  const isPainted = all.slice(0, 200).concat(document.body ?? []).some(element =>
    getComputedStyle(element).backgroundImage !== 'none' && shows(element));
  const entries = area => {
    try {
      const storage = window[area];
      return Array.from({ length: Math.min(storage.length, ENTRIES) }, (_, at) => {
        const key = storage.key(at);
        return [whole(key.slice(0, KEY)), whole((storage.getItem(key) ?? '').slice(0, VALUE))];
      });
    } catch { return []; }
  };
  return {
    address: whole(location.href),
    text: whole(text.slice(0, most)),
    isCut: text.length > most,
    isBlank: !(document.body?.innerText ?? '').trim() && !hasThings && !isPainted,
    local: entries('localStorage'),
    session: entries('sessionStorage'),
    seconds: Math.floor(Date.now() / 1000),
  };
})"#;

/// A page at its end.
#[derive(Default)]
pub(super) struct Snapshot {
    pub(super) address: Option<Url>,
    pub(super) document: String,
    pub(super) is_cut: bool,
    pub(super) is_blank: bool,
    pub(super) stored: Vec<Stored>,
    /// By the browser's clock, since 1970 UTC.
    pub(super) at_seconds: i64,
}

/// Takes at most so many bytes of the document.
pub(super) fn take(
    wire: &mut Wire,
    session: &str,
    frame: &str,
    most: usize,
    patience: Duration,
) -> Result<Snapshot, Error> {
    let own = json!({ "frameId": frame, "worldName": "bartizan" });
    let world = wire.call("Page.createIsolatedWorld", own, Some(session), patience)?;
    let world = world.get("executionContextId").and_then(Value::as_i64);
    let world = world.ok_or_else(|| trouble("does not let itself be asked"))?;
    let script = SCRIPT
        .replace("ENTRIES", &MAX_ENTRIES.to_string())
        .replace("KEY", &MAX_KEY.to_string())
        .replace("VALUE", &MAX_VALUE.to_string());
    let question = json!({
        "expression": format!("{script}({most})"),
        "contextId": world,
        "returnByValue": true,
        "timeout": patience.as_millis() as u64,
    });
    let taken = wire.call("Runtime.evaluate", question, Some(session), patience)?;
    taken
        .pointer("/result/value")
        .map_or_else(|| Err(trouble("has no document of the page")), |value| Ok(read(value, most)))
}

fn read(value: &Value, most: usize) -> Snapshot {
    let is = |name: &str| value.get(name).and_then(Value::as_bool).unwrap_or_default();
    let mut document = text(value, "/text").unwrap_or_default().to_owned();
    let is_long = document.len() > most;
    document.truncate(document.floor_char_boundary(most));
    let of = |area: StorageArea, name: &str| {
        let entries = value.get(name).and_then(Value::as_array).into_iter().flatten();
        let entries = entries.take(MAX_ENTRIES).filter_map(move |entry| {
            let value = SecretValue::new(text(entry, "/1")?.as_bytes());
            Some(Stored { area, key: text(entry, "/0")?.to_owned(), value })
        });
        entries.collect::<Vec<_>>()
    };
    let mut stored = of(StorageArea::Local, "local");
    stored.extend(of(StorageArea::Session, "session"));
    Snapshot {
        address: text(value, "/address").and_then(|url| Url::parse(url).ok()),
        document,
        is_cut: is("isCut") || is_long,
        is_blank: is("isBlank"),
        stored,
        at_seconds: value.get("seconds").and_then(Value::as_i64).unwrap_or_default(),
    }
}
