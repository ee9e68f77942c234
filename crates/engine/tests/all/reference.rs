//! Real projects' lock files and advisories: what Bartizan finds beside what osv-scanner finds, or what was checked by hand.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    io::Cursor,
    path::Path,
    sync::Arc,
};

use advisories::{Batch, Builder, Index};
use engine::{Dependencies, HashKey, Outcome, Scan};
use formats::advisories::{Record, osv};

/// A vulnerability of a package: its name, its version, and every id.
type Vulnerability = (String, String, BTreeSet<String>);

type Groups = BTreeMap<String, BTreeSet<String>>;

#[test]
fn excerpts_of_real_projects_lock_files_give_what_the_reference_gives() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/reference"));
    assert_eq!(differences(folder, 22), "");
}

#[test]
fn whole_lock_files_of_real_projects_give_what_the_reference_gives() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/reference"));
    if !folder.is_dir() {
        println!("skipped: there is no {}", folder.display());
        return;
    }
    assert_eq!(differences(folder, 20), "");
}

/// What Bartizan and the reference do not agree upon, in words. At least so many projects are compared.
fn differences(folder: &Path, at_least: usize) -> String {
    let records = records(&folder.join("advisories.jsonl"));
    let (index, groups) = (index(&records), groups(&records));
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let projects: BTreeSet<_> = entries.filter(|path| path.is_dir()).collect();
    assert!(projects.len() >= at_least, "{projects:?}");
    let mut told = String::new();
    for project in projects {
        let name = project.file_name().unwrap().display().to_string();
        let outcome = scan(Arc::clone(&index)).directory(&project, true).unwrap();
        assert!(!outcome.packages.is_empty(), "{name}: no packages");
        let (ours, theirs) = (found(&outcome), expected(&project.join("expected.txt"), &groups));
        for (who, vulnerabilities) in [
            ("only we find", ours.difference(&theirs)),
            ("only the reference finds", theirs.difference(&ours)),
        ] {
            for (package, version, ids) in vulnerabilities {
                writeln!(told, "{name}: {who} {package} {version} {ids:?}").unwrap();
            }
        }
    }
    told
}

fn records(path: &Path) -> Vec<Record> {
    let text = fs::read_to_string(path).unwrap();
    let records = text.lines().map(|record| osv::read_json(record.as_bytes()).unwrap());
    records.filter(|record| record.advisory.withdrawn_ms.is_none()).collect()
}

fn index(records: &[Record]) -> Arc<Index> {
    let mut batch = Batch::default();
    for record in records {
        batch.push(&record.advisory).unwrap();
    }
    let mut builder = Builder::new(Cursor::new(Vec::new())).unwrap();
    builder.begin_source("reference", None);
    builder.append(batch).unwrap();
    Arc::new(Index::from_bytes(builder.finish(1).unwrap().0.into_inner()).unwrap())
}

fn scan(index: Arc<Index>) -> Scan {
    let judge = Dependencies { index: Some(index), ..Dependencies::default() };
    Scan { threads: 2, ..Scan::of_packages(judge, HashKey::new([7; 32])) }
}

fn found(outcome: &Outcome) -> BTreeSet<Vulnerability> {
    let told = |finding: &model::Finding| {
        let package = &finding.package.as_ref()?.package;
        let ids: BTreeSet<_> = finding.aliases.iter().map(ToString::to_string).collect();
        // Without an id it is the lock file that says something, no advisory.
        (!ids.is_empty()).then(|| (package.name.to_lowercase(), version(&package.version), ids))
    };
    outcome.findings.iter().filter_map(told).collect()
}

/// Go's versions with and without their `v` are the same.
fn version(text: &str) -> String {
    text.strip_prefix('v').unwrap_or(text).to_owned()
}

/// A vulnerability in a line: name, version, ids.
fn expected(path: &Path, groups: &Groups) -> BTreeSet<Vulnerability> {
    let text = fs::read_to_string(path).unwrap();
    let vulnerability = |line: &str| {
        let mut words = line.split(' ');
        let (name, version) = (words.next().unwrap().to_lowercase(), words.next().unwrap());
        (name, version.to_owned(), words.flat_map(|id| groups[id].clone()).collect())
    };
    text.lines().filter(|line| !line.starts_with('#')).map(vulnerability).collect()
}

/// Of each id all that mean the same, over any number of records.
fn groups(records: &[Record]) -> Groups {
    let mut groups = Groups::new();
    for Record { advisory, .. } in records {
        let mut all: BTreeSet<String> = advisory.aliases.iter().map(ToString::to_string).collect();
        all.insert(advisory.id.to_string());
        for id in all.clone() {
            all.extend(groups.get(&id).into_iter().flatten().cloned());
        }
        for id in &all {
            groups.insert(id.clone(), all.clone());
        }
    }
    groups
}
