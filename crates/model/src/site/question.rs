//! What is asked of a back end that a site names.

use std::fmt;

use url::Url;

use crate::SecretValue;

/// A GET that any visitor's browser could make. Nothing else is asked: no body, no other method.
#[derive(Clone)]
pub struct Question {
    /// Where. Keys stand in `headers`, not here: reports show it.
    pub url: Url,
    /// Names in lower case. They are sent to the origin of `url` and to nobody else.
    pub headers: Vec<(&'static str, SecretValue)>,
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}
