//! What both standards have in common: components with references, and who needs whom by them.

use std::{borrow::Cow, collections::HashMap};

use model::{Dependency, Ecosystem, Package, Scope};

use super::{purl::package_of_purl, source::Source};
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
    /// Another way to say which package it is, where it has no package URL: its ecosystem, name and version.
    pub known_as: Option<(Ecosystem, &'v str, &'v str)>,
    /// What its name stands below, such as a vendor.
    pub group: &'v str,
    pub name: &'v str,
    pub version: &'v str,
    pub licence: Option<&'v str>,
    pub scope: Option<Scope>,
    pub kind: Kind,
    /// What it is built of, where its package URL does not say.
    pub source: Source<'v>,
}

/// What a component is, and so what its package URL is missed for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Package,
    /// A program; without a version it is a folder or a lock file, of which generators say that it holds packages.
    Application,
    /// The product itself, a file, a machine: there is nothing to be missed.
    Other,
}

impl Component<'_> {
    /// The package that it is. Of no ecosystem in particular where it does not say which; `None` if it is none or has no version.
    fn package(&self) -> Option<Package> {
        let known = self.known_as.filter(|(_, name, _)| !name.is_empty());
        let known = || known.and_then(|(it, name, version)| package(it, name, version));
        self.package_of_purl().or_else(known).or_else(|| {
            let name = match self.group {
                "" => Cow::Borrowed(self.name),
                group => Cow::Owned(format!("{group}/{}", self.name)),
            };
            let is_one = self.is_package() && !self.name.is_empty();
            is_one.then(|| package(Ecosystem::Generic, &name, self.version)).flatten()
        })
    }

    fn package_of_purl(&self) -> Option<Package> {
        let mut package = package_of_purl(self.purl, self.version)?;
        if package.source.is_none() {
            package.source = self.source.of(&package);
        }
        Some(package)
    }

    const fn is_package(&self) -> bool {
        match self.kind {
            Kind::Package => true,
            Kind::Application => !self.version.is_empty(),
            Kind::Other => false,
        }
    }
}

fn package(ecosystem: Ecosystem, name: &str, version: &str) -> Option<Package> {
    (!version.is_empty()).then(|| Package::new(ecosystem, name, version))
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
        let package = component.package();
        if package.is_none() && component.is_package() {
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
            let message = format!("{} components have no version", self.without);
            entries.push_problem(Problem::general(message));
        }
    }
}
