//! The texts of a site, for those who look for secrets in them.

use formats::web::source_map::SourceMap;
use model::{
    TargetPath, one_line,
    site::{Role, Site},
};

use super::plan;
use crate::{Limits, Origin, Sink, Sinks, content};

/// Longest name of what is stored that is shown, in characters.
const MAX_KEY: usize = 100;

/// What a page keeps in a browser is a member of it by its area's name and its own; this is what stands in front of that.
pub const STORED: &str = "storage:";

/// Feeds the pages, scripts, style sheets and other texts of a site to one sink, each by its URL; and what pages keep in a browser.
pub fn feed<S: Sinks>(site: &Site, limits: &Limits, sinks: &S) {
    let mut sink = sinks.sink();
    for resource in plan::visible(site) {
        if sink.is_cancelled() {
            return;
        }
        let Some(answer) = resource.answer() else { continue };
        let is_text = !matches!(resource.role, Role::Image | Role::Font | Role::Icon);
        if is_text && answer.is_success() {
            let origin = Origin::File(TargetPath::from_bytes(answer.url.as_str().as_bytes()));
            match resource.role {
                Role::SourceMap => mapped(&origin, &answer.body, limits, &mut sink),
                _ => one(&origin, &answer.body, limits, &mut sink),
            }
        }
    }
    for rendering in &site.renderings {
        let page = Origin::File(TargetPath::from_bytes(rendering.page.as_str().as_bytes()));
        for stored in &rendering.stored {
            if sink.is_cancelled() {
                return;
            }
            let key = one_line(&stored.key, MAX_KEY);
            let name = format!("{STORED}{}.{key}", stored.area.as_str());
            one(&page.member(name.as_bytes()), stored.value.expose(), limits, &mut sink);
        }
    }
}

/// What a script was made of: each of its sources is a text of its own, as lines of a script cannot be read in the map.
fn mapped<S: Sink>(origin: &Origin, body: &[u8], limits: &Limits, sink: &mut S) {
    let Ok(map) = SourceMap::parse(body) else {
        return one(origin, body, limits, sink);
    };
    for source in &map.sources {
        let Some(text) = &source.content else { continue };
        if sink.is_cancelled() {
            return;
        }
        one(&origin.member(source.url.as_bytes()), text.as_bytes(), limits, sink);
    }
}

fn one<S: Sink>(origin: &Origin, body: &[u8], limits: &Limits, sink: &mut S) {
    sink.content(origin);
    content::feed(origin, body, limits, sink);
}
