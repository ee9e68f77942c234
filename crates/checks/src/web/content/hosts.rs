//! Hosts of which something is known, and what pages load from them.

use crate::web::{
    Found, Page, Report, elements,
    embedded::{self, Use},
    party,
};

/// Tells of each element that loads in one of these ways from one of these hosts, or from below it, with what is known of the host.
pub(super) fn tell(
    page: &Page<'_>,
    uses: &[Use],
    hosts: &[(&'static str, &'static str)],
    report: &mut Report,
) {
    for written in embedded::of(page).filter(|written| uses.contains(&written.used)) {
        let url = written.url(page);
        let Some(host) = url.as_ref().and_then(|url| url.host_str()) else { continue };
        if let Some((name, what)) = hosts.iter().find(|(name, _)| party::is_below(host, &[*name])) {
            report.add(
                Found::at(page.url())
                    .line(written.element.line())
                    .key(*name)
                    .detail(*what)
                    .evidence("element", elements::tag(written.element)),
            );
        }
    }
}
