//! What somebody has stated about vulnerabilities in the project (VEX): those that do not concern it are suppressed, and counted.
//!
//! A statement about a part of a product is one about the project, whose own name nobody knows here, unless the product is a package that
//! the project depends on: then it says nothing of the same part elsewhere, and holds where only that product leads to it.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use formats::{
    purl::Purl,
    vex::{Document, Status},
};
use model::{Dependency, Package, PackageDetail, Suppression};

use super::At;

/// Where a project keeps its own statements.
const FOLDER: &str = ".bartizan/vex/";

/// Whether a path is one of the project's own documents.
pub(super) fn is_document(path: &str) -> bool {
    path.starts_with(FOLDER) && path.ends_with(".json")
}

/// All statements, by the vulnerability's names in lower case; the last one counts.
#[derive(Default)]
pub(super) struct Statements<'d> {
    by_id: HashMap<String, Vec<Said<'d>>>,
}

struct Said<'d> {
    /// What is said later is known later.
    order: usize,
    products: Vec<About>,
    status: Status,
    why: Option<&'d str>,
}

/// What a statement is about.
struct About {
    product: Option<Purl>,
    /// The project depends on the product.
    is_dependency: bool,
    parts: Vec<Option<Purl>>,
}

impl<'d> Statements<'d> {
    /// Those of documents about a project that names these packages.
    pub(super) fn of<'p>(
        documents: impl Iterator<Item = &'d Document>,
        packages: impl Iterator<Item = &'p Package>,
    ) -> Self {
        let mut by_id: HashMap<String, Vec<Said<'d>>> = HashMap::new();
        let statements = documents.flat_map(|document| &document.statements);
        for (order, statement) in statements.enumerate() {
            for id in &statement.vulnerabilities {
                let purl = |text: &Arc<str>| Purl::parse(text).ok();
                let about = |product: &formats::vex::Product| About {
                    product: purl(&product.id),
                    is_dependency: false,
                    parts: product.subcomponents.iter().map(purl).collect(),
                };
                let why = statement.impact.as_deref();
                by_id.entry(id.to_lowercase()).or_default().push(Said {
                    order,
                    products: statement.products.iter().map(about).collect(),
                    status: statement.status,
                    why: why.or(statement.justification.map(|reason| reason.as_str())),
                });
            }
        }
        let mut statements = Self { by_id };
        statements.find_dependencies(packages);
        statements
    }

    /// Finds which products of parts are packages that the project names, in whatever version.
    fn find_dependencies<'p>(&mut self, packages: impl Iterator<Item = &'p Package>) {
        let said = self.by_id.values_mut().flatten();
        let abouts = said.flat_map(|said| &mut said.products);
        let mut named: Vec<(String, &mut About)> = abouts
            .filter(|about| !about.parts.is_empty())
            .filter_map(|about| Some((name_of(about.product.as_ref()?), about)))
            .collect();
        if named.is_empty() {
            return;
        }
        let wanted: HashSet<&str> = named.iter().map(|(name, _)| name.as_str()).collect();
        let names = packages.filter_map(|package| Some(name_of(&Purl::of(package)?)));
        let found: HashSet<String> = names.filter(|name| wanted.contains(name.as_str())).collect();
        for (name, about) in &mut named {
            about.is_dependency = found.contains(name);
        }
    }

    /// Why a vulnerability of these names in a package, which stands at these places, does not count, if somebody stated that.
    pub(super) fn suppression(
        &self,
        ids: &[Arc<str>],
        package: &PackageDetail,
        at: &[At<'_>],
    ) -> Option<Suppression> {
        let purl = package.purl.as_deref().and_then(|purl| Purl::parse(purl).ok())?;
        let said = ids
            .iter()
            .filter_map(|id| self.by_id.get(&id.to_lowercase()))
            .flatten()
            .filter(|said| said.products.iter().any(|about| about.is(&purl, said.status, at)))
            .max_by_key(|said| said.order)?;
        match said.status {
            Status::NotAffected | Status::Fixed => {
                Some(Suppression::Vex(said.why.unwrap_or("not affected").into()))
            }
            Status::Affected | Status::UnderInvestigation => None,
        }
    }
}

impl About {
    /// Whether the package is meant: as a part of a product, or as the product itself.
    fn is(&self, package: &Purl, status: Status, at: &[At<'_>]) -> bool {
        let names = |purl: &Option<Purl>| {
            let purl = purl.as_ref();
            purl.is_some_and(|purl| covers(purl, package) && says_which(purl, status))
        };
        match self.parts.as_slice() {
            [] => names(&self.product),
            parts => parts.iter().any(names) && self.is_where(status, at),
        }
    }

    /// Whether a statement about a part of the product is one about these places. That something is amiss, anybody may say.
    fn is_where(&self, status: Status, at: &[At<'_>]) -> bool {
        let lets_off = matches!(status, Status::NotAffected | Status::Fixed);
        let Some(product) = self.product.as_ref().filter(|_| self.is_dependency && lets_off) else {
            return true;
        };
        let is_product = |found: &Dependency| {
            let purl = Purl::of(&found.package);
            purl.is_some_and(|purl| covers(product, &purl) && says_which(product, status))
        };
        !at.is_empty() && at.iter().all(|at| at.listed.list.leads_through(at.index, is_product))
    }
}

/// Without a version, as a text to compare.
fn name_of(purl: &Purl) -> String {
    purl.unversioned().to_string()
}

/// What is repaired is one version; of all of them it cannot be true.
fn says_which(stated: &Purl, status: Status) -> bool {
    status != Status::Fixed || stated.version().is_some()
}

/// A package URL without a version means every version.
fn covers(stated: &Purl, package: &Purl) -> bool {
    name_of(stated) == name_of(package)
        && stated.version().is_none_or(|version| package.version() == Some(version))
}
