//! What names mean in a test.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use fetch::{Resolve, guard::ResolveError};

/// Names as a test says, and no others. Each answer is given once, the last one for ever.
#[derive(Debug, Default)]
pub struct Names(Mutex<HashMap<String, Vec<Vec<IpAddr>>>>);

impl Names {
    /// Adds a name and its answers.
    #[must_use]
    pub fn with(self, name: &str, answers: &[&[&str]]) -> Self {
        let answers = answers
            .iter()
            .map(|answer| answer.iter().map(|address| address.parse().unwrap()).collect())
            .collect();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), answers);
        self
    }
}

impl Resolve for Names {
    fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, ResolveError> {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(answers) = names.get_mut(host) else {
            return Err(ResolveError("no such name in this test".to_owned()));
        };
        if answers.len() > 1 {
            Ok(answers.remove(0))
        } else {
            Ok(answers.first().cloned().unwrap())
        }
    }
}
