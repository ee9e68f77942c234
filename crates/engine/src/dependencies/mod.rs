//! Packages: those that a target's lock files and manifests name, and what is known against them.

mod finding;
mod list;
pub(crate) mod manifests;
pub(crate) mod reach;
#[cfg(test)]
mod source_tests;
#[cfg(test)]
mod tests;
mod vex;

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};

use advisories::Index;
use formats::{
    lockfiles::{self, Format, List},
    sbom,
    vex::Document,
};
use model::{Dependency, Ecosystem, Finding, Note, NoteKind, Package, Scope, TargetPath};

use crate::{Scan, licences::Licences};
use finding::Found;
use list::list;
use manifests::{Alone, Manifests};
use reach::{Known, Questions};
use vex::Statements;

/// Findings about packages of one scan.
const MAX_FINDINGS: usize = 50_000;
/// Problems of one file that are told one by one.
const MAX_PROBLEMS: usize = 20;

/// Releases of distributions that one note names.
const MAX_RELEASES: usize = 5;

/// What packages are judged by.
#[derive(Clone, Default)]
pub struct Dependencies {
    /// Without it packages are listed, and nothing is said of them.
    pub index: Option<Arc<Index>>,
    /// What somebody has stated about vulnerabilities in the project.
    pub vex: Vec<Document>,
    /// The project's own statements count too (`.bartizan/vex/*.json`): whoever scans it trusts it.
    pub trusts_target: bool,
    /// Leaves out what only those need who work on the project.
    pub without_development: bool,
    /// Which licences packages may have.
    pub licences: Licences,
}

/// The packages that one file names.
#[derive(Clone)]
pub struct Listed {
    /// Which file.
    pub path: TargetPath,
    /// What kind of file.
    pub format: &'static Format,
    /// What it says.
    pub list: List,
}

impl std::fmt::Debug for Listed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let count = self.list.dependencies.len();
        f.debug_struct("Listed").field("path", &self.path).field("count", &count).finish()
    }
}

/// A package at one place.
#[derive(Clone, Copy)]
struct At<'l> {
    listed: &'l Listed,
    index: u32,
    dependency: &'l Dependency,
}

/// What became of the files.
pub(crate) struct Judged {
    pub(crate) findings: Vec<Finding>,
    /// What the project's code is to be asked about them.
    pub(crate) questions: Questions,
    pub(crate) sources: Known,
    pub(crate) notes: Vec<Note>,
    pub(crate) listed: Vec<Listed>,
}

/// Reads the files and judges what they name.
pub(crate) fn judge(scan: &Scan, dependencies: &Dependencies, manifests: Manifests) -> Judged {
    let mut notes = manifests.notes;
    let listed = list(&manifests.files, scan, &mut notes);
    let alone = manifests.alone;
    notes.extend(alone.and_then(|alone| nothing_listed(alone, &manifests.files, &notes)));
    let own = own_statements(&manifests.files, dependencies, &mut notes);
    let mut judged = judge_listed(scan, dependencies, &own, listed, &manifests.files);
    notes.append(&mut judged.notes);
    Judged { notes, sources: manifests.sources.unwrap_or_default(), ..judged }
}

/// Judges what was listed, in files that may not be at hand any more.
pub(crate) fn judge_listed(
    scan: &Scan,
    dependencies: &Dependencies,
    own: &[Document],
    listed: Vec<Listed>,
    files: &BTreeMap<String, Vec<u8>>,
) -> Judged {
    let mut notes = Vec::new();
    let packages = by_package(&listed, dependencies.without_development);
    let named = listed.iter().flat_map(|listed| &listed.list.dependencies);
    let named = named.map(|dependency| &dependency.package);
    let statements = Statements::of(dependencies.vex.iter().chain(own), named);
    let mut found = Found::default();
    match &dependencies.index {
        Some(index) => {
            notes.extend(not_covered(index, packages.keys().copied()));
            notes.extend(of_no_release(index, packages.keys().copied()));
            notes.extend(of_no_ecosystem(&packages));
            notes.extend(of_no_source(index, &packages));
            for (package, at) in &packages {
                if scan.cancel.is_cancelled() {
                    break;
                }
                if found.findings.len() >= MAX_FINDINGS {
                    let message = format!(
                        "there are more than {MAX_FINDINGS} findings about packages; the others are not told"
                    );
                    notes.push(Note::general(NoteKind::NotJudged, message));
                    break;
                }
                let judged = found.judge(scan, index, package, at, files);
                if let Err(error) = judged {
                    let message = format!("the index of advisories cannot be read on: {error}");
                    notes.push(Note::general(NoteKind::NotJudged, message));
                    break;
                }
            }
        }
        None if !packages.is_empty() => {
            let message = format!(
                "{} packages were listed and not judged: run `bartizan advisories sync` to get the advisories",
                packages.len()
            );
            notes.push(Note::general(NoteKind::NotJudged, message));
        }
        None => {}
    }
    for (package, at) in &packages {
        found.findings.extend(finding::withdrawn(scan, package, at));
        found.findings.extend(finding::denied(scan, &dependencies.licences, package, at));
    }
    for finding in found.findings.iter_mut().filter(|finding| finding.counts()) {
        let detail = finding.package.as_deref();
        finding.suppression = detail.and_then(|detail| {
            let at = packages.get(&detail.package).map(Vec::as_slice).unwrap_or_default();
            statements.suppression(&finding.aliases, detail, at)
        });
    }
    let questions = Questions::of(found.questions, files);
    Judged { findings: found.findings, questions, sources: Known::default(), notes, listed }
}

/// Of one package in one version one is judged, wherever it stands.
fn by_package(listed: &[Listed], without_development: bool) -> BTreeMap<&Package, Vec<At<'_>>> {
    let mut told: BTreeMap<&Package, Vec<At<'_>>> = BTreeMap::new();
    for listed in listed {
        for (dependency, index) in listed.list.dependencies.iter().zip(0..) {
            if !(without_development && dependency.scope == Scope::Development) {
                told.entry(&dependency.package).or_default().push(At { listed, index, dependency });
            }
        }
    }
    // What one file tells of its source holds for the same package in others, which come first.
    let mut packages: BTreeMap<&Package, Vec<At<'_>>> = BTreeMap::new();
    for (package, mut at) in told {
        if let Some(before) = packages.last_entry()
            && before.key().is_same(package)
            && before
                .key()
                .built_of()
                .is_none_or(|(name, _)| package.built_of().is_some_and(|(other, _)| other == name))
        {
            at.splice(..0, before.remove());
        }
        packages.insert(package, at);
    }
    packages
}

/// Packages of ecosystems of which the index has no advisories at all, though there are some to be had.
fn not_covered<'p>(index: &Index, packages: impl Iterator<Item = &'p Package>) -> Option<Note> {
    let mut counts: BTreeMap<Ecosystem, u64> = BTreeMap::new();
    for package in packages.filter(|package| package.ecosystem.has_advisories()) {
        if !index.covers(package.ecosystem) {
            *counts.entry(package.ecosystem).or_default() += 1;
        }
    }
    let told: Vec<String> =
        counts.iter().map(|(ecosystem, count)| format!("{count} of {ecosystem}")).collect();
    let words = counts.keys().map(|ecosystem| format!("--ecosystem '{ecosystem}'"));
    (!told.is_empty()).then(|| {
        let message = format!(
            "packages were not judged, {}: the index has no advisories of theirs; run `bartizan advisories sync {}`",
            told.join(", "),
            words.collect::<Vec<_>>().join(" ")
        );
        Note::general(NoteKind::NotJudged, message)
    })
}

/// Packages of distributions whose release nothing tells, or of which nothing is known: advisories are about those of releases.
fn of_no_release<'p>(
    index: &Index,
    packages: impl Iterator<Item = &'p Package>,
) -> impl Iterator<Item = Note> {
    let mut of_none = 0;
    let mut of_unknown = 0;
    let mut words = BTreeSet::new();
    for package in packages.filter(|package| package.ecosystem.has_releases()) {
        match package.release.as_deref() {
            None => of_none += 1,
            // That nothing at all is known of the distribution is told already.
            Some(release) if index.covers(package.ecosystem) && !index.covers_release(package) => {
                of_unknown += 1;
                if words.len() < MAX_RELEASES {
                    let release = model::one_line(release, 60);
                    words.insert(format!("`{}:{release}`", package.ecosystem));
                }
            }
            Some(_) => {}
        }
    }
    let of_none = (of_none > 0).then(|| {
        format!(
            "{of_none} packages of distributions were not judged: nothing tells of which release they are"
        )
    });
    let of_unknown = (of_unknown > 0).then(|| {
        let words: Vec<String> = words.into_iter().collect();
        format!(
            "{of_unknown} packages of distributions were not judged: the index has no advisories of their release, {}",
            words.join(", ")
        )
    });
    let messages = of_none.into_iter().chain(of_unknown);
    messages.map(|message| Note::general(NoteKind::NotJudged, message))
}

/// Packages of bills of materials of which nothing tells what anybody else calls them. Samples need not be whole.
fn of_no_ecosystem(packages: &BTreeMap<&Package, Vec<At<'_>>>) -> Option<Note> {
    let is_meant = |at: &At<'_>| !finding::is_sample(at.listed.path.as_str());
    let is_lost = |(package, at): &(&&Package, &Vec<At<'_>>)| {
        package.ecosystem == Ecosystem::Generic && at.iter().any(is_meant)
    };
    let lost: Vec<_> = packages.iter().filter(is_lost).collect();
    let (first, at) = lost.first()?;
    let message = format!(
        "{} packages of bills of materials were not judged, such as `{}`: no package URL of a known kind says which they are",
        lost.len(),
        model::one_line(&first.name, 80)
    );
    let path = at.first().map(|at| at.listed.path.clone()).filter(|_| lost.len() == 1);
    Some(Note { kind: NoteKind::NotJudged, path, message })
}

/// Packages of distributions that advisories may name otherwise: by what they are built of, which nothing tells. A file that tells it
/// of any package says of the others that they are built of what has their name; and what advisories do name is judged.
fn of_no_source(index: &Index, packages: &BTreeMap<&Package, Vec<At<'_>>>) -> Option<Note> {
    let built = || packages.iter().filter(|(package, _)| package.ecosystem.names_sources());
    let telling: HashSet<(&TargetPath, Ecosystem)> = built()
        .flat_map(|(_, at)| at)
        .filter(|at| at.dependency.package.source.is_some())
        .map(|at| (&at.listed.path, at.dependency.package.ecosystem))
        .collect();
    let is_in_doubt = |(package, at): &(&&Package, &Vec<At<'_>>)| {
        let is_meant = |at: &At<'_>| {
            !finding::is_sample(at.listed.path.as_str())
                && !telling.contains(&(&at.listed.path, package.ecosystem))
        };
        package.source.is_none()
            && index.covers_release(package)
            && at.iter().any(is_meant)
            // A damaged index is told where it is asked for what it knows.
            && !index.knows(package).unwrap_or(true)
    };
    let lost: Vec<_> = built().filter(is_in_doubt).collect();
    let (first, at) = lost.first()?;
    let message = format!(
        "{} packages of distributions may have vulnerabilities that are not told, such as `{}`: advisories name the source packages that they are built of, and nothing tells these",
        lost.len(),
        model::one_line(&first.name, 80)
    );
    let path = at.first().map(|at| at.listed.path.clone()).filter(|_| lost.len() == 1);
    Some(Note { kind: NoteKind::NotJudged, path, message })
}

/// The project's own statements, if they count.
fn own_statements(
    files: &BTreeMap<String, Vec<u8>>,
    dependencies: &Dependencies,
    notes: &mut Vec<Note>,
) -> Vec<Document> {
    let mut documents = Vec::new();
    for (path, bytes) in files.iter().filter(|(path, _)| vex::is_document(path)) {
        let at = TargetPath::from_escaped(path.as_str());
        if !dependencies.trusts_target {
            let message = "statements of the target about itself do not count here";
            notes.push(Note::at(NoteKind::Configuration, at, message));
            continue;
        }
        let document = formats::vex::read(bytes);
        let problems = document.problems.iter().take(MAX_PROBLEMS);
        notes.extend(problems.map(|one| Note::at(NoteKind::Format, at.clone(), &*one.message)));
        documents.push(document);
    }
    documents
}

/// A target that is one file of which no reader knows what it is. Nobody expects packages of source code.
fn nothing_listed(alone: Alone, files: &BTreeMap<String, Vec<u8>>, notes: &[Note]) -> Option<Note> {
    let Alone { path, claims_sbom } = alone;
    let is_sbom = || files.get(path.as_str()).is_some_and(|bytes| sbom::looks_like_sbom(bytes));
    let is_known = match lockfiles::format_of(path.as_str()) {
        // Of the names of bills of materials some mean other things, too.
        Some(format) if format.name == sbom::FORMAT.name => is_sbom(),
        Some(_) => true,
        None => is_sbom() || vex::is_document(path.as_str()),
    };
    let is_told = |note: &Note| note.kind.is_incomplete() && note.path.as_ref() == Some(&path);
    if is_known || notes.iter().any(is_told) {
        return None;
    }
    if claims_sbom {
        let message = "no packages were listed from it: it is a bill of materials of a kind or version that is not known here";
        return Some(Note::at(NoteKind::PackagesUnread, path, message));
    }
    may_list(path.as_str()).then(|| {
        let message = "no packages were listed from it: neither its name nor its content is that of a lock file, manifest or bill of materials that is known here";
        Note::at(NoteKind::Format, path, message)
    })
}

/// Whether somebody may have meant a file to be a list of packages: data, a file without an extension, an archive.
fn may_list(path: &str) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let extension = extension.to_ascii_lowercase();
    matches!(
        &*extension,
        "" | "bom"
            | "cdx"
            | "csv"
            | "gz"
            | "jar"
            | "json"
            | "lock"
            | "rdf"
            | "sbom"
            | "spdx"
            | "tag"
            | "tar"
            | "tgz"
            | "toml"
            | "txt"
            | "xml"
            | "yaml"
            | "yml"
            | "zip"
    )
}
