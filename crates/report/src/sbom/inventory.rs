//! Every package once: its names, its places, what it needs and who asked for it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use model::{
    Dependency, Finding, Package, PackageDetail, Place, Relation, Scope, Span, TargetPath,
    is_hidden,
};

use super::{PackageFile, Sbom, SbomFormat, plain_id};

/// All packages, in the order of their names.
pub(super) struct Inventory<'a> {
    pub(super) components: Vec<Component<'a>>,
    numbers: BTreeMap<Identity<'a>, usize>,
}

/// A package with all that its files say of it.
pub(super) struct Component<'a> {
    /// Of letters, digits, `.` and `-`; no other component has it.
    pub(super) id: String,
    pub(super) package: &'a Package,
    pub(super) purl: Option<&'a str>,
    /// Of several, the first of the alphabet.
    pub(super) licence: Option<&'a str>,
    /// [`Scope::Development`] where no file needs it for more.
    pub(super) scope: Scope,
    pub(super) is_withdrawn: bool,
    /// Paths, and lines where they are known.
    pub(super) places: BTreeSet<(&'a TargetPath, Option<u64>)>,
    /// For what the project asks for it, if it does.
    pub(super) asked_for: Option<Scope>,
    /// What it needs, as numbers of components; never itself.
    pub(super) needs: BTreeSet<usize>,
    /// Whether another component needs it.
    pub(super) is_needed: bool,
    /// Whether a file that names it tells what its packages need.
    pub(super) are_needs_known: bool,
    /// Whether a file names it.
    is_listed: bool,
}

/// What makes two packages the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Identity<'a> {
    Purl(&'a str),
    Package(&'a Package),
}

impl<'a> Identity<'a> {
    fn of(package: &'a Package, purl: Option<&'a str>) -> Self {
        purl.filter(|purl| is_purl(purl)).map_or(Self::Package(package), Self::Purl)
    }
}

/// Whether it can stand as a locator of SPDX, which has no blanks.
fn is_purl(text: &str) -> bool {
    text.starts_with("pkg:") && !text.contains(|c: char| c.is_whitespace() || is_hidden(c))
}

impl<'a> Inventory<'a> {
    pub(super) fn of(sbom: &Sbom<'a>, format: SbomFormat) -> Self {
        let findings = match format {
            SbomFormat::Spdx23 => &[],
            SbomFormat::CycloneDx15 | SbomFormat::CycloneDx16 => sbom.findings.unwrap_or_default(),
        };
        let judged = findings.iter().filter_map(|finding| {
            let detail = finding.package.as_deref()?;
            Some((finding, detail))
        });
        let mut inventory = Self::named(sbom.files, judged.clone().map(|(_, detail)| detail));
        for file in sbom.files {
            inventory.add(file);
        }
        for (finding, detail) in judged {
            inventory.add_unlisted(finding, detail);
        }
        inventory
    }

    /// The component of a package.
    pub(super) fn find(&self, detail: &PackageDetail) -> Option<&Component<'a>> {
        let identity = Identity::of(&detail.package, detail.purl.as_deref());
        self.components.get(*self.numbers.get(&identity)?)
    }

    /// Every package, with nothing but its names.
    fn named(files: &[PackageFile<'a>], judged: impl Iterator<Item = &'a PackageDetail>) -> Self {
        let mut packages: BTreeMap<Identity<'a>, &'a Package> = BTreeMap::new();
        let listed = files.iter().flat_map(listed).map(|(found, purl)| (&found.package, purl));
        for (package, purl) in
            listed.chain(judged.map(|detail| (&detail.package, detail.purl.as_deref())))
        {
            // Of two spellings of one package the same is taken whatever the order of the files.
            let first = packages.entry(Identity::of(package, purl)).or_insert(package);
            *first = package.min(first);
        }
        let mut ids = Ids::default();
        let components = packages.iter().map(|(identity, package)| Component {
            id: ids.of(package),
            package,
            purl: match identity {
                Identity::Purl(purl) => Some(purl),
                Identity::Package(_) => None,
            },
            licence: None,
            scope: Scope::Development,
            is_withdrawn: false,
            places: BTreeSet::new(),
            asked_for: None,
            needs: BTreeSet::new(),
            is_needed: false,
            are_needs_known: false,
            is_listed: false,
        });
        let components = components.collect();
        Self { components, numbers: packages.into_keys().zip(0..).collect() }
    }

    fn add(&mut self, file: &PackageFile<'a>) {
        let are_needs_known = file.dependencies.iter().any(|found| !found.needed_by.is_empty());
        let numbers: Vec<Option<usize>> = listed(file)
            .map(|(found, purl)| self.numbers.get(&Identity::of(&found.package, purl)).copied())
            .collect();
        for ((found, _), number) in listed(file).zip(&numbers) {
            let Some(number) = *number else { continue };
            let mut is_needed = false;
            for by in &found.needed_by {
                let by = usize::try_from(*by).ok().and_then(|by| *numbers.get(by)?);
                if let Some(by) = by.filter(|by| *by != number)
                    && let Some(by) = self.components.get_mut(by)
                {
                    by.needs.insert(number);
                    is_needed = true;
                }
            }
            let Some(component) = self.components.get_mut(number) else { continue };
            component.is_listed = true;
            component.is_needed |= is_needed;
            component.are_needs_known |= are_needs_known;
            component.is_withdrawn |= found.withdrawn;
            let licence = found.licence.as_deref().filter(|licence| !licence.trim().is_empty());
            component.licence = match (component.licence, licence) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
            component.seen_at(file.path, found.span);
            component.wanted(found.relation, found.scope);
        }
    }

    /// What no file names is known by its findings.
    fn add_unlisted(&mut self, finding: &'a Finding, detail: &'a PackageDetail) {
        let identity = Identity::of(&detail.package, detail.purl.as_deref());
        let number = self.numbers.get(&identity).copied();
        let Some(component) = number.and_then(|number| self.components.get_mut(number)) else {
            return;
        };
        if component.is_listed {
            return;
        }
        for Place { path, span, .. } in std::iter::once(&finding.place).chain(&finding.other_places)
        {
            component.seen_at(path, *span);
        }
        component.wanted(detail.relation, detail.scope);
    }
}

/// The packages of a file with their package URLs.
fn listed<'a>(
    file: &PackageFile<'a>,
) -> impl Iterator<Item = (&'a Dependency, Option<&'a str>)> + use<'a> {
    let purls = file.purls.iter().map(Option::as_deref).chain(std::iter::repeat(None));
    file.dependencies.iter().zip(purls)
}

impl<'a> Component<'a> {
    fn seen_at(&mut self, path: &'a TargetPath, span: Option<Span>) {
        self.places.insert((path, span.map(|span| span.start.line)));
    }

    fn wanted(&mut self, relation: Relation, scope: Scope) {
        // Production is the lesser of the two.
        self.scope = self.scope.min(scope);
        if relation == Relation::Direct {
            self.asked_for = Some(self.asked_for.map_or(scope, |other| other.min(scope)));
        }
    }
}

/// Gives each component an id of its own.
#[derive(Default)]
struct Ids {
    taken: HashSet<String>,
    /// The last number behind an id that was wanted before.
    last: HashMap<String, u64>,
}

impl Ids {
    fn of(&mut self, package: &Package) -> String {
        let kind = package.ecosystem.purl_type();
        let wanted = plain_id(&format!("Package-{kind}-{}-{}", package.name, package.version));
        if self.taken.insert(wanted.clone()) {
            return wanted;
        }
        let last = self.last.entry(wanted.clone()).or_insert(1);
        loop {
            *last += 1;
            let id = format!("{wanted}-{last}");
            if self.taken.insert(id.clone()) {
                return id;
            }
        }
    }
}
