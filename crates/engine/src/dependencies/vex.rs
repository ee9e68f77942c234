//! What somebody has stated about vulnerabilities in the project (VEX): those that do not concern it are suppressed, and counted.

use std::{collections::HashMap, sync::Arc};

use formats::{
    purl::Purl,
    vex::{Document, Status},
};
use model::{PackageDetail, Suppression};

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
    parts: Vec<Option<Purl>>,
}

impl<'d> Statements<'d> {
    pub(super) fn of(documents: impl Iterator<Item = &'d Document>) -> Self {
        let mut by_id: HashMap<String, Vec<Said<'d>>> = HashMap::new();
        let statements = documents.flat_map(|document| &document.statements);
        for (order, statement) in statements.enumerate() {
            for id in &statement.vulnerabilities {
                let purl = |text: &Arc<str>| Purl::parse(text).ok();
                let about = |product: &formats::vex::Product| About {
                    product: purl(&product.id),
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
        Self { by_id }
    }

    /// Why a vulnerability of these names in a package does not count, if somebody stated that.
    pub(super) fn suppression(
        &self,
        ids: &[Arc<str>],
        package: &PackageDetail,
    ) -> Option<Suppression> {
        let purl = package.purl.as_deref().and_then(|purl| Purl::parse(purl).ok())?;
        let said = ids
            .iter()
            .filter_map(|id| self.by_id.get(&id.to_lowercase()))
            .flatten()
            .filter(|said| said.products.iter().any(|about| about.is(&purl, said.status)))
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
    /// Whether the package is meant: as a part of a product, whatever the product is, or as the product itself.
    fn is(&self, package: &Purl, status: Status) -> bool {
        let names = |purl: &Option<Purl>| {
            let purl = purl.as_ref();
            purl.is_some_and(|purl| covers(purl, package) && says_which(purl, status))
        };
        match self.parts.as_slice() {
            [] => names(&self.product),
            parts => parts.iter().any(names),
        }
    }
}

/// What is repaired is one version; of all of them it cannot be true.
fn says_which(stated: &Purl, status: Status) -> bool {
    status != Status::Fixed || stated.version().is_some()
}

/// A package URL without a version means every version.
fn covers(stated: &Purl, package: &Purl) -> bool {
    stated.unversioned().to_string() == package.unversioned().to_string()
        && stated.version().is_none_or(|version| package.version() == Some(version))
}
