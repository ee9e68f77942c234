//! The texts of a site, for those who look for secrets in them.

use model::{
    TargetPath,
    site::{Role, Site},
};

use super::plan;
use crate::{Limits, Origin, Sink as _, Sinks, content};

/// Feeds the pages, scripts, style sheets and other texts of a site to one sink, each by its URL.
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
            sink.content(&origin);
            content::feed(&origin, &answer.body, limits, &mut sink);
        }
    }
}
