//! What a visit says of what it passed over.

use std::sync::atomic::Ordering::Relaxed;

use fetch::http::Cut;
use model::{Note, NoteKind, site::Role};
use url::Url;

use super::{
    super::{is_visible, note, plan::Job, shown},
    Asker, MAX_NOTES, locked,
};

impl Asker<'_> {
    /// What was passed over.
    pub(in crate::site) fn notes(&self) -> Vec<Note> {
        let mut notes = std::mem::take(&mut *locked(&self.notes));
        // Threads do not say things in the same order twice.
        notes.sort_by(|a, b| a.message.cmp(&b.message));
        match self.untold.load(Relaxed) {
            0 => {}
            untold => notes.push(note(
                NoteKind::Unvisited,
                format!("{untold} further addresses were not looked at, or not whole"),
            )),
        }
        notes
    }

    /// `had_headers`: whether the user's were sent until then.
    pub(super) fn tell_unverified(&self, host: &str, reason: &str, had_headers: bool) {
        let headers = match had_headers {
            true => ", and from there on without the given headers",
            false => "",
        };
        let message = format!(
            "the certificate of {host} does not verify ({reason}): it was visited all the same{headers}"
        );
        self.tell(NoteKind::Unverified, message);
    }

    pub(super) fn tell_cut(&self, job: &Job, url: &Url, cut: &Cut, is_of_site: bool) {
        let is_media = matches!(job.role, Role::Image | Role::Font | Role::Icon | Role::Link);
        match cut {
            Cut::WireLimit | Cut::BodyLimit if is_of_site => drop(self.over_bytes()),
            Cut::WireLimit | Cut::BodyLimit if is_media => {}
            Cut::WireLimit | Cut::BodyLimit | Cut::Ratio => {
                let message = "is larger than the limit; its beginning was looked at";
                self.tell(NoteKind::TooLarge, format!("{} {message}", shown(url)));
            }
            Cut::TimedOut if self.remaining().is_zero() => drop(self.over_time()),
            Cut::TimedOut => self.tell_part(job, url, "took too long"),
            Cut::UnknownCoding | Cut::Undecodable => {
                self.tell_part(job, url, "is not coded as it says");
            }
            _ => self.tell_part(job, url, "broke off"),
        }
    }

    fn tell_part(&self, job: &Job, url: &Url, what: &str) {
        if is_told(job.role) {
            let message = format!("{} {what}; what came of it was looked at", shown(url));
            self.tell(NoteKind::Unvisited, message);
        }
    }

    pub(super) fn tell_unvisited(&self, job: &Job, reason: &str) {
        if is_told(job.role) {
            let message = format!("{} was not looked at: {reason}", shown(&job.url));
            self.tell(NoteKind::Unvisited, message);
        }
    }

    /// Says something once, and not too much.
    pub(in crate::site) fn tell(&self, kind: NoteKind, message: String) {
        let mut notes = locked(&self.notes);
        if notes.iter().any(|note| note.message == message) {
            return;
        }
        if notes.len() >= MAX_NOTES && kind != NoteKind::Limit {
            self.untold.fetch_add(1, Relaxed);
            return;
        }
        notes.push(note(kind, message));
    }
}

/// Whether it is said that a resource could not be had: of places that may well be empty nothing is.
fn is_told(role: Role) -> bool {
    is_visible(role) && !matches!(role, Role::WellKnown) || role == Role::Sitemap
}
