//! Whom a visit asks through: what a site names is not asked for wherever its user could, and a certificate that does not verify is not
//! the end of a visit.

use std::sync::{
    Mutex, OnceLock,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use fetch::{Client, Error as FetchError};
use url::{Origin, Url};

use super::locked;

/// The clients of one visit, made as they are needed.
pub(super) struct Clients<'c> {
    given: &'c Client,
    /// Whether the start has led to a site outside of this machine and private networks.
    is_public: AtomicBool,
    /// Reaches nothing else then.
    public: OnceLock<Client>,
    /// Where certificates do not verify and the visit goes on: the origins that the start led over, and no other.
    unverified: Mutex<Vec<Origin>>,
    /// For these: verify nothing, and send no secret. One while the start is followed, one for what comes behind it.
    past_certificates: [OnceLock<Client>; 2],
}

impl<'c> Clients<'c> {
    pub(super) fn new(given: &'c Client) -> Self {
        Self {
            given,
            is_public: AtomicBool::new(false),
            public: OnceLock::new(),
            unverified: Mutex::default(),
            past_certificates: Default::default(),
        }
    }

    /// What is known of where the start has led.
    pub(super) fn settle(&self, is_private: bool) {
        self.is_public.store(!is_private, Relaxed);
    }

    /// From here on whoever answers there is taken for the site.
    pub(super) fn go_on_unverified(&self, url: &Url) {
        locked(&self.unverified).push(url.origin());
    }

    /// For a URL that is asked for, while the start is followed or behind it.
    pub(super) fn of(&self, url: &Url, is_start: bool) -> Result<&Client, FetchError> {
        let [of_start, behind_it] = &self.past_certificates;
        let (verifying, past) = match is_start {
            // The start may lead into a private network that is open to the user.
            true => (self.given, of_start),
            false => (self.verifying(), behind_it),
        };
        if !locked(&self.unverified).contains(&url.origin()) {
            return Ok(verifying);
        }
        if let Some(known) = past.get() {
            return Ok(known);
        }
        let made = verifying.without_verification()?;
        Ok(past.get_or_init(|| made))
    }

    /// For what a site names, wherever it is. What one from outside names is not asked for in networks that are open to the user only:
    /// its pages could read it in a browser, and tell others.
    pub(super) fn verifying(&self) -> &Client {
        match self.is_public.load(Relaxed) {
            true => self.public.get_or_init(|| self.given.public_only()),
            false => self.given,
        }
    }
}
