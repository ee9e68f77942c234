//! What is looked for in the source files of one language, and what was seen of it. Files are looked at by several threads.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::ask::Symbol;

/// Where things are called by their names: a package of Go's by its import path, a crate of Rust's by its names.
#[derive(Default)]
pub(super) struct Table {
    homes: Vec<Home>,
    by_name: HashMap<Box<[u8]>, usize>,
}

/// A package, and those of its names that somebody asks about.
#[derive(Default)]
pub(super) struct Home {
    /// Some file imports it, or speaks of it by its name.
    is_named: AtomicBool,
    symbols: Vec<Slot>,
    by_name: HashMap<Box<[u8]>, Vec<usize>>,
    known: HashMap<Symbol, usize>,
}

/// One of these names.
pub(super) struct Slot {
    /// Of a method, whose it is.
    pub(super) of_type: Option<Box<[u8]>>,
    /// It may be called where its name does not stand.
    is_dynamic: bool,
    may_be_mentioned: AtomicBool,
    asked_by: Vec<Asked>,
}

/// Whether one of the names that a question is about is mentioned: nobody need look for the others.
#[derive(Clone, Default)]
pub(super) struct Asked(Arc<AtomicBool>);

/// A symbol's place in a table.
#[derive(Clone, Copy)]
pub(super) struct At {
    home: usize,
    slot: usize,
}

impl Table {
    /// Adds a name of a package that `names` stand for, the first of them for good.
    pub(super) fn add(&mut self, names: &[Box<str>], symbol: &Symbol, by: &Asked) -> Option<At> {
        let first = names.first()?;
        let next = self.homes.len();
        let home = *self.by_name.entry(first.as_bytes().into()).or_insert(next);
        for name in names {
            self.by_name.entry(name.as_bytes().into()).or_insert(home);
        }
        if home == next {
            self.homes.push(Home::default());
        }
        Some(At { home, slot: self.homes.get_mut(home)?.add(symbol, by) })
    }

    /// Whether nothing is looked for.
    pub(super) fn is_empty(&self) -> bool {
        self.homes.is_empty()
    }

    /// The package of a name as source files write it.
    pub(super) fn home(&self, name: &[u8]) -> Option<&Home> {
        self.homes.get(*self.by_name.get(name)?)
    }

    /// Every name of a package of which something is still looked for.
    pub(super) fn open(&self) -> impl Iterator<Item = (&[u8], &Home)> {
        let all = self.by_name.iter();
        let homes = all.filter_map(|(name, home)| Some((&**name, self.homes.get(*home)?)));
        homes.filter(|(_, home)| home.is_open())
    }

    /// Every word that tells something: names of packages, and names that cannot be called but by themselves.
    pub(super) fn words(&self) -> impl Iterator<Item = &[u8]> {
        self.open().flat_map(|(name, home)| {
            let functions = home.symbols().filter(|(_, slot)| !slot.is_dynamic);
            std::iter::once(name).chain(functions.map(|(name, _)| name))
        })
    }

    /// Whether anything is still looked for.
    pub(super) fn is_open(&self) -> bool {
        self.homes.iter().any(Home::is_open)
    }

    /// Whether no file that was looked at can mean a symbol.
    pub(super) fn is_absent(&self, at: At) -> bool {
        let home = self.homes.get(at.home);
        let found = home.and_then(|home| Some((home, home.symbols.get(at.slot)?)));
        found.is_some_and(|(home, slot)| {
            !is_set(&home.is_named) || !slot.is_dynamic && !is_set(&slot.may_be_mentioned)
        })
    }
}

impl Home {
    fn add(&mut self, symbol: &Symbol, by: &Asked) -> usize {
        let next = self.symbols.len();
        let slot = *self.known.entry(symbol.clone()).or_insert(next);
        if slot == next {
            self.symbols.push(Slot {
                of_type: symbol.of_type.as_ref().map(|name| name.as_bytes().into()),
                is_dynamic: symbol.is_dynamic,
                may_be_mentioned: AtomicBool::new(false),
                asked_by: Vec::new(),
            });
            let name = symbol.name.as_deref().unwrap_or_default();
            self.by_name.entry(name.as_bytes().into()).or_default().push(slot);
        }
        if let Some(slot) = self.symbols.get_mut(slot) {
            slot.asked_by.push(by.clone());
        }
        slot
    }

    /// Whether any of its symbols is still looked for.
    fn is_open(&self) -> bool {
        self.symbols.iter().any(Slot::is_open)
    }

    /// Some file speaks of the package.
    pub(super) fn name(&self) {
        set(&self.is_named);
    }

    /// The symbols of one name; those that stand for all of the package have none.
    pub(super) fn of_name(&self, name: &[u8]) -> impl Iterator<Item = &Slot> {
        let slots = self.by_name.get(name).into_iter().flatten();
        slots.filter_map(|slot| self.symbols.get(*slot))
    }

    /// Every symbol that is still looked for, and its name.
    pub(super) fn symbols(&self) -> impl Iterator<Item = (&[u8], &Slot)> {
        let all = self.by_name.keys();
        let all = all.flat_map(|name| self.of_name(name).map(move |slot| (&**name, slot)));
        all.filter(|(_, slot)| slot.is_open())
    }
}

impl Slot {
    fn is_open(&self) -> bool {
        !self.asked_by.iter().all(Asked::is_answered)
    }

    /// A file mentions it.
    pub(super) fn mention(&self) {
        self.asked_by.iter().for_each(|asked| set(&asked.0));
    }

    /// A file says something that may be a mention of it.
    pub(super) fn doubt(&self) {
        set(&self.may_be_mentioned);
    }
}

impl Asked {
    pub(super) fn is_answered(&self) -> bool {
        is_set(&self.0)
    }
}

/// Answers are read when all threads are done.
fn set(flag: &AtomicBool) {
    flag.store(true, Ordering::Relaxed);
}

fn is_set(flag: &AtomicBool) -> bool {
    flag.load(Ordering::Relaxed)
}
