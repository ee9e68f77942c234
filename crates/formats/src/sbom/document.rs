//! What both standards have in common: components with references, and who needs whom by them.

use std::collections::HashMap;

use model::{Dependency, Scope};

use super::purl::package_of_purl;
use crate::{
    Problem,
    lockfiles::{
        entries::Entries,
        needs::{NeedsByName, Tell},
    },
};

/// A component as the document has it. Texts are slices of the document where it spells them out.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Component<'v> {
    pub reference: &'v str,
    pub purl: &'v str,
    pub version: &'v str,
    pub licence: Option<&'v str>,
    pub scope: Option<Scope>,
    /// The product itself, a file, a machine: without a package URL, nothing is missing.
    pub is_no_package: bool,
}

/// A bill of materials in the making.
#[derive(Default)]
pub(super) struct Document<'v> {
    needs: NeedsByName<'v>,
    indices: HashMap<&'v str, u32>,
    without: usize,
}

impl<'v> Document<'v> {
    /// Takes a component. Its package URL stands for its reference where it has none.
    pub(super) fn component(&mut self, component: &Component<'v>, entries: &mut Entries<'_>) {
        let package = package_of_purl(component.purl, component.version);
        if package.is_none() && !component.is_no_package {
            self.without += 1;
        }
        let index = package.and_then(|package| {
            let mut dependency = Dependency::new(package);
            let place =
                entries.span_of(component.version).filter(|_| !component.version.is_empty());
            dependency.span = place.or_else(|| entries.span_of(component.purl));
            dependency.licence = component.licence.map(Into::into);
            dependency.scope = component.scope.unwrap_or(Scope::Production);
            entries.push(dependency)
        });
        let name =
            if component.reference.is_empty() { component.purl } else { component.reference };
        self.needs.name(name, index);
        if let Some(index) = index {
            self.indices.entry(name).or_insert(index);
        }
    }

    /// Notes that one component needs another; both may come later. `product` is the reference of what the document is about.
    pub(super) fn needs(&mut self, who: &'v str, what: &'v str, product: &str) {
        if who == product {
            self.needs.root(what, Scope::Production);
        } else if let Some(who) = self.needs.get(who) {
            self.needs.edge(who, what);
        }
    }

    /// The entry of a reference.
    pub(super) fn get_mut<'e>(
        &self,
        reference: &str,
        entries: &'e mut Entries<'_>,
    ) -> Option<&'e mut Dependency> {
        self.indices.get(reference).and_then(|index| entries.get_mut(*index))
    }

    pub(super) fn finish(self, entries: &mut Entries<'_>) {
        self.needs.apply(entries, Tell::Relation);
        if self.without > 0 {
            let message =
                format!("{} components have no package URL of a known kind", self.without);
            entries.push_problem(Problem::general(message));
        }
    }
}
