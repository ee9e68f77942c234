//! What the console of a page shows.

use model::site::MessageKind;

use super::stable;
use crate::web::{Found, Report, Visit, party, scripts::MAX_TOLD, shown::address};

/// Tells of every message of that kind, each once, whichever pages have it.
pub(super) fn tell(visit: &Visit<'_>, kind: MessageKind, report: &mut Report) {
    for rendered in visit.rendered() {
        let messages = rendered.rendering.messages.iter().filter(|message| message.kind == kind);
        for message in messages.take(MAX_TOLD) {
            let mut found = Found::at(rendered.page.url())
                .key(stable(&message.text))
                .evidence("message", &message.text);
            if let Some(at) = &message.at {
                found = found.evidence("script", format!("{}:{}", address(&at.url), at.line));
                let host = at.url.host_str().unwrap_or_default();
                if !party::is_same_site(&at.url, rendered.page.url()) && !host.is_empty() {
                    found = found.detail(format!("It comes from a script of {host}."));
                }
            }
            report.add(found);
        }
    }
}
