//! Back ends as a service that the page itself names: what they answer to any visitor.
//!
//! [`recognise`] finds them in pages and scripts, [`questions`] are what the crawl asks them, and the checks judge what came back.
//! Nothing is asked that writes, nothing with a key that is not meant for everybody, and nothing of what came back is told but names.

mod answers;
mod firebase;
mod named;
mod near;
mod others;
mod questions;
mod recognise;
mod rows;
mod supabase;

mod appwrite_open_collection;
mod auth0_weak_passwords;
mod clerk_development_instance;
mod clerk_open_signup;
mod firebase_open_database;
mod firebase_open_storage;
mod firestore_open_collection;
mod named_services;
mod supabase_open_signup;
mod supabase_public_buckets;
mod supabase_readable_table;

use super::Check;

pub use named::{AppwriteList, Backend, Named, Service};
pub use questions::questions;
pub use recognise::recognise;

pub(super) static CHECKS: &[&Check] = &[
    &appwrite_open_collection::CHECK,
    &auth0_weak_passwords::CHECK,
    &clerk_development_instance::CHECK,
    &clerk_open_signup::CHECK,
    &firebase_open_database::CHECK,
    &firebase_open_storage::CHECK,
    &firestore_open_collection::CHECK,
    &named_services::CHECK,
    &supabase_open_signup::CHECK,
    &supabase_public_buckets::CHECK,
    &supabase_readable_table::CHECK,
];

#[cfg(test)]
mod tests;
