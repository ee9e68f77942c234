//! What readers understood of files that many others lead to: the parent of a thousand `pom.xml` is read once. What cannot be
//! remembered is bounded for the target as a whole.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
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

/// What may be read of files because others lead to them: some seconds' work.
const MAX_BYTES: usize = 1 << 30;
/// To look whether there is a file takes as long as to read so many bytes.
const LOOK_BYTES: usize = 64;

/// The files of a target, with a [`Memo`] for as long as they are read, and a bound on what is read because others lead to it.
pub struct Remembering<'f> {
    files: &'f dyn Files,
    memo: Memo,
    left_bytes: AtomicUsize,
}

impl<'f> Remembering<'f> {
    /// Remembers nothing yet.
    #[must_use]
    pub fn new(files: &'f dyn Files) -> Self {
        Self { files, memo: Memo::default(), left_bytes: AtomicUsize::new(MAX_BYTES) }
    }

    /// Whether readers were kept from files that they asked for, because too much was read already.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.left_bytes.load(Ordering::Relaxed) == 0
    }
}

impl Files for Remembering<'_> {
    fn get(&self, path: &str) -> Option<&[u8]> {
        let bytes = self.files.get(path);
        let cost = LOOK_BYTES.saturating_add(bytes.map_or(0, <[u8]>::len));
        bytes.filter(|_| self.spend(cost))
    }

    fn has(&self, path: &str) -> bool {
        self.spend(LOOK_BYTES);
        self.files.has(path)
    }

    fn spend(&self, bytes: usize) -> bool {
        let take = |left: usize| Some(left.saturating_sub(bytes));
        let before = self.left_bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        before.is_ok_and(|before| before > bytes)
    }

    fn below<'s>(&'s self, folder: &str) -> Box<dyn Iterator<Item = &'s str> + 's> {
        self.files.below(folder)
    }

    fn memo(&self) -> Option<&Memo> {
        Some(&self.memo)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lockfiles::{
        List, format_of,
        testing::{Folder, folder},
    };

    fn read_all(folder: &Folder, left_bytes: usize) -> (Vec<List>, bool) {
        let mut files = Remembering::new(folder);
        *files.left_bytes.get_mut() = left_bytes;
        let claimed =
            folder.iter().filter_map(|(path, bytes)| Some((path, bytes, format_of(path)?)));
        let lists = claimed.map(|(path, bytes, format)| (format.read)(path, bytes, &files));
        (lists.collect(), files.is_spent())
    }

    #[test]
    fn short_files_that_lead_to_a_long_one_do_not_cost_its_length_each_time() {
        let long = "a==1.0\n".repeat(10_000);
        let paths: Vec<String> =
            (0..100).map(|number| format!("requirements{number}.txt")).collect();
        let mut files = vec![("constraints.txt", long.as_str())];
        files.extend(paths.iter().map(|path| (path.as_str(), "-c constraints.txt\na\n")));
        let files = folder(&files);
        let (lists, is_spent) = read_all(&files, 1 << 20);
        assert!(is_spent);
        let known = lists.iter().filter(|list| !list.dependencies.is_empty()).count();
        assert!((1..20).contains(&known), "{known}");
        // Who is kept from it says so.
        let told = lists.iter().filter(|list| !list.problems.is_empty()).count();
        assert_eq!(known + told, 100);
        assert!(!read_all(&files, 100 << 20).1);
    }

    #[test]
    fn looking_for_lock_files_from_many_folders_has_an_end() {
        let mut files = Folder::new();
        let mut path = String::new();
        for _ in 0..100 {
            path.push_str("d/");
            files.insert(format!("{path}Cargo.lock"), b"version = 3\n".to_vec());
        }
        path.push_str(&"e/".repeat(100));
        for number in 0..100 {
            files.insert(
                format!("{path}{number}/Cargo.toml"),
                b"[package]\nname = \"a\"\n".to_vec(),
            );
        }
        assert!(read_all(&files, 1 << 20).1);
    }

    #[test]
    fn properties_that_stand_for_properties_are_bounded_for_all_files_together() {
        let properties: String = (0..60).map(|n| format!("<p{n}>${{p{}}}</p{n}>", n + 1)).collect();
        let managed = "<dependency><groupId>${p0}</groupId><artifactId>a</artifactId><version>1</version></dependency>".repeat(1_000);
        let parent = format!(
            "<project><groupId>g</groupId><artifactId>p</artifactId><version>1</version><properties>{properties}<p60>g</p60></properties>\
             <dependencyManagement><dependencies>{managed}</dependencies></dependencyManagement></project>"
        );
        let wanted =
            "<dependency><groupId>z</groupId><artifactId>a</artifactId></dependency>".repeat(1_000);
        let child = format!(
            "<project><parent><groupId>g</groupId><artifactId>p</artifactId><version>1</version></parent>\
             <artifactId>c</artifactId><dependencies>{wanted}</dependencies></project>"
        );
        let files = folder(&[("pom.xml", &parent), ("c/pom.xml", &child)]);
        let (lists, is_spent) = read_all(&files, 8 << 20);
        assert!(is_spent);
        assert!(lists.iter().any(|list| !list.problems.is_empty()));
    }
}
