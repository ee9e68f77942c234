//! Whether the project's own code mentions what an advisory names (reachability, its first step).
//!
//! Advisories of RustSec and of the Go team name functions. Only where a package of the project has such an advisory, its source
//! files are read once more, with nothing else in mind: that costs nothing where there is nothing to ask, and what is kept in
//! memory is bounded by what is asked.
//!
//! Nothing here knows types, calls or builds. It reads names, and where a name is not enough it says so: `docs/packages.md` tells
//! what each answer means.

mod ask;
mod go;
mod known;
mod rust;
mod sources;
mod table;
#[cfg(test)]
mod tests;
mod tokens;

use std::{collections::BTreeMap, sync::Arc};

use formats::lockfiles;
use model::{Finding, Reachable};

use crate::{Scan, target::Target};
use sources::{Reader, Sources};
use table::{Asked, At, Table};
use tokens::Language;

pub(super) use ask::Question;
pub(crate) use known::Known;

/// The questions of one scan, and what else its crates are called.
pub(crate) struct Questions {
    asked: Vec<Question>,
    /// By crate, the names that manifests give to it.
    renamed: BTreeMap<String, Vec<Box<str>>>,
}

impl Questions {
    pub(super) fn of(asked: Vec<Question>, files: &BTreeMap<String, Vec<u8>>) -> Self {
        let mut renamed = BTreeMap::<String, Vec<Box<str>>>::new();
        if asked.iter().any(|question| question.language == Language::Rust) {
            for (_, bytes) in files.iter().filter(|(path, _)| path.ends_with("Cargo.toml")) {
                for (name, package) in lockfiles::renamed_crates(bytes) {
                    renamed.entry(package).or_default().push(name.replace('-', "_").into());
                }
            }
        }
        Self { asked, renamed }
    }
}

/// Where the symbols of a question stand in the table of its language.
#[derive(Default)]
struct Place {
    asked: Asked,
    at: Vec<At>,
}

/// Answers what can be answered.
pub(crate) fn answer(
    scan: &Scan,
    target: &Target<'_>,
    questions: &Questions,
    known: &Known,
    findings: &mut [Finding],
) {
    if questions.asked.is_empty() {
        return;
    }
    let mut tables = [(Language::Go, Table::default()), (Language::Rust, Table::default())];
    let mut places = Vec::with_capacity(questions.asked.len());
    for question in &questions.asked {
        let mut place = Place::default();
        let mut table = tables.iter_mut().filter(|(language, _)| *language == question.language);
        if let Some((_, table)) = table.next() {
            for (home, symbol) in &question.symbols {
                let names = names(home, question, questions);
                place.at.extend(table.add(&names, symbol, &place.asked));
            }
        }
        places.push(place);
    }
    let sources = tables.map(|(language, table)| Sources::new(language, table));
    let wanted: Vec<Sources> =
        sources.into_iter().filter(|sources| !sources.table.is_empty()).collect();
    let read = target.again(&known.files, &Reader { sources: &wanted, cancel: &scan.cancel });
    let is_stopped = read.is_err() || scan.cancel.is_cancelled();
    for sources in &wanted {
        if is_stopped || known.left_out.contains(&sources.language) {
            sources.leave_out();
        }
    }
    for (question, place) in questions.asked.iter().zip(&places) {
        let sources = wanted.iter().find(|sources| sources.language == question.language);
        let Some(sources) = sources else { continue };
        let detail = findings.get_mut(question.finding).and_then(|found| found.package.as_mut());
        if let Some(detail) = detail {
            Arc::make_mut(detail).reachable = judge(question, place, sources);
        }
    }
}

/// What code may call a package.
fn names(home: &str, question: &Question, questions: &Questions) -> Vec<Box<str>> {
    let mut names = vec![home.into()];
    if question.language == Language::Rust {
        names.push(question.package.replace('-', "_").into());
        names.extend(questions.renamed.get(&*question.package).into_iter().flatten().cloned());
    }
    names
}

/// One mention is enough; that there is none has to hold for all.
fn judge(question: &Question, place: &Place, sources: &Sources) -> Reachable {
    let is_absent = || place.at.iter().all(|at| sources.table.is_absent(*at));
    match place.asked.is_answered() {
        true => Reachable::Yes,
        false if sources.cover(&question.folders) && is_absent() => Reachable::No,
        false => Reachable::Unknown,
    }
}

/// What files say of one symbol, if they are all there are.
#[cfg(test)]
fn answers(names: &[&str], symbol: &ask::Symbol, look: impl FnOnce(&Table)) -> Reachable {
    let (mut table, asked) = (Table::default(), Asked::default());
    let names: Vec<Box<str>> = names.iter().map(|name| (*name).into()).collect();
    let at = table.add(&names, symbol, &asked).unwrap();
    look(&table);
    match asked.is_answered() {
        true => Reachable::Yes,
        false if table.is_absent(at) => Reachable::No,
        false => Reachable::Unknown,
    }
}
