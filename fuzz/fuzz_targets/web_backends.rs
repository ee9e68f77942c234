//! Back ends that a page names, what they would be asked, and what is made of their answers.

#![no_main]

use std::time::Duration;

use checks::web::{Visit, backend_questions, catalogue};
use fetch::{Policy, SafeUrl};
use libfuzzer_sys::fuzz_target;
use model::site::{Answer, Headers, HttpVersion, Outcome, Resource, Role, Site};

const URLS: [(Role, &str); 9] = [
    (Role::Page, "https://example.com/"),
    (Role::Backend, "https://a.supabase.co/rest/v1/t"),
    (Role::Backend, "https://a.supabase.co/auth/v1/settings"),
    (Role::Backend, "https://a.supabase.co/storage/v1/bucket"),
    (Role::Backend, "https://a.firebaseio.com/.json"),
    (Role::Backend, "https://firestore.googleapis.com/v1/c"),
    (Role::Backend, "https://clerk.example.com/v1/environment"),
    (Role::Backend, "https://a.auth0.com/client/c.js"),
    (Role::Backend, "https://a.example/v1/databases/d/collections/c/documents"),
];

fuzz_target!(|bytes: &[u8]| {
    let resources = URLS.map(|(role, url)| resource(role, url, bytes));
    let start = resources[0].url.clone();
    let site = Site { resources: resources.into(), ..Site::new(start, 0) };
    for question in backend_questions(&site) {
        assert_eq!(question.url.scheme(), "https");
        assert!(question.url.domain().is_some());
    }
    let visit = Visit::of(&site);
    for check in catalogue().filter(|check| check.category() == "backends") {
        check.judge(&visit);
    }
});

fn resource(role: Role, url: &str, body: &[u8]) -> Resource {
    let url = SafeUrl::parse(url, &Policy::default()).unwrap().url().clone();
    let answer = Answer {
        url: url.clone(),
        status: 200,
        version: HttpVersion::Http2,
        headers: Headers::default(),
        body: body.into(),
        wire_bytes: body.len() as u64,
        is_cut: false,
        first_byte: Duration::ZERO,
        end: Duration::ZERO,
    };
    let outcome = Outcome::Answered(Box::new(answer));
    Resource { role, url, referrer: None, hops: Vec::new(), outcome }
}
