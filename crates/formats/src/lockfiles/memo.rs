//! What readers understood of files that many others lead to: the parent of a thousand `pom.xml` is read once.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::Files;

/// By type and path. It is shared by threads; two of them may read a file at the same time, and one result stays.
#[derive(Debug, Default)]
pub struct Memo(Mutex<HashMap<(TypeId, String), Arc<dyn Any + Send + Sync>>>);

impl Memo {
    /// What is known of a path, else what `read` says, from then on.
    pub(crate) fn get_or_insert_with<T: Any + Send + Sync>(
        &self,
        path: &str,
        read: impl FnOnce() -> T,
    ) -> Arc<T> {
        let key = (TypeId::of::<T>(), path.to_owned());
        // What a thread that panicked has put in is whole.
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known().get(&key).cloned().and_then(|found| found.downcast().ok());
        found.unwrap_or_else(|| {
            let made = Arc::new(read());
            known().insert(key, made.clone());
            made
        })
    }
}

/// The files of a target, with a [`Memo`] for as long as they are read.
pub struct Remembering<'f> {
    files: &'f dyn Files,
    memo: Memo,
}

impl<'f> Remembering<'f> {
    /// Remembers nothing yet.
    #[must_use]
    pub fn new(files: &'f dyn Files) -> Self {
        Self { files, memo: Memo::default() }
    }
}

impl Files for Remembering<'_> {
    fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path)
    }

    fn below<'s>(&'s self, folder: &str) -> Box<dyn Iterator<Item = &'s str> + 's> {
        self.files.below(folder)
    }

    fn memo(&self) -> Option<&Memo> {
        Some(&self.memo)
    }
}
