//! Which back ends a site names.

use model::site::{Role, Site};
use url::Url;

use super::{
    firebase,
    named::{Backend, Named, Service},
    near, others, supabase,
};
use crate::web::party;

/// Most projects of one service.
const MAX_PROJECTS: usize = 4;
/// Most names of tables, collections and lists of one project.
pub(super) const MAX_NAMES: usize = 20;

/// A page, a script or what it was made of.
pub(super) struct Text<'s> {
    pub(super) url: &'s Url,
    pub(super) bytes: &'s [u8],
}

impl Text<'_> {
    pub(super) fn place(&self, at: usize) -> (Url, u64) {
        (self.url.clone(), near::line(self.bytes, at))
    }
}

/// Looks at the pages and at the site's own scripts: what scripts of others name is not the site's back end.
#[must_use]
pub fn recognise(site: &Site) -> Named {
    let texts: Vec<Text<'_>> = [Role::Page, Role::Script, Role::SourceMap]
        .into_iter()
        .flat_map(|role| site.answered(role))
        .filter(|(_, answer)| answer.is_success())
        .filter(|(_, answer)| party::is_same_site(&answer.url, site.home()))
        .map(|(_, answer)| Text { url: &answer.url, bytes: &answer.body })
        .collect();
    let mut named = Named::default();
    supabase::read(&texts, &mut named);
    firebase::read(&texts, &mut named);
    others::read(&texts, &mut named);
    named
}

impl Named {
    /// Takes a back end, unless it is there already or there are many of its kind.
    pub(super) fn add(&mut self, at: (Url, u64), service: Service) {
        let is_alike = |other: &&Backend| other.service.name() == service.name();
        let mut alike = self.backends.iter().filter(is_alike);
        let is_known = alike.clone().any(|other| other.service.project() == service.project());
        if !is_known && alike.nth(MAX_PROJECTS - 1).is_none() {
            self.backends.push(Backend { at, service });
        }
    }
}

/// Adds a name, once, up to the limit.
pub(super) fn add_name<T: PartialEq>(names: &mut Vec<T>, name: T) {
    if names.len() < MAX_NAMES && !names.contains(&name) {
        names.push(name);
    }
}
