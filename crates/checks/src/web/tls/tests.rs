use model::site::Tls;
use proptest::prelude::*;

use crate::web::{Visit, literal, tls::CHECKS};

#[test]
fn a_modern_endpoint_has_nothing_to_repair() {
    let site = literal::visit(
        "TLS modern
TLS with stapled ocsp
GET https://www.example.com/
HTTP/1.1 200 OK
content-type: text/html

GET http://www.example.com/ as plain http
HTTP/1.1 301 Moved Permanently
location: https://www.example.com/

THEN GET https://www.example.com/
HTTP/1.1 200 OK
content-type: text/html
",
    );
    let visit = Visit::of(&site);
    for check in CHECKS {
        assert_eq!(check.judge(&visit), [], "{}", check.id);
    }
}

/// A server that shows its wrong certificate to a visitor is one problem for its owner, or two.
#[test]
fn one_wrong_certificate_is_told_once() {
    let site = literal::visit(
        "TLS certificate from -100 to -10 days\nTLS certificate self-signed\nTLS trust expired, self-signed",
    );
    let visit = Visit::of(&site);
    let told: Vec<_> = CHECKS
        .iter()
        .flat_map(|check| check.judge(&visit).into_iter().map(|_| check.id.to_string()))
        .collect();
    assert_eq!(told, ["tls.certificate-expired", "tls.certificate-untrusted"]);
}

#[test]
fn what_is_not_known_of_an_endpoint_is_not_told() {
    let mut site = literal::page("");
    site.tls = Some(Tls::default());
    let visit = Visit::of(&site);
    for check in CHECKS {
        assert_eq!(check.judge(&visit), [], "{}", check.id);
    }
}

proptest! {
    #[test]
    fn every_time_and_key_is_judged(from: i64, to: i64, bits: Option<u32>, name in "\\PC{0,400}") {
        let mut site = literal::visit("TLS modern\nTLS trust wrong name");
        let leaf = &mut site.tls.as_mut().unwrap().chain[0];
        (leaf.not_before_ms, leaf.not_after_ms) = (from, to);
        leaf.key.bits = bits;
        leaf.names = vec![name; 500];
        let visit = Visit::of(&site);
        for check in CHECKS {
            for found in check.judge(&visit) {
                prop_assert!(found.detail.is_none_or(|detail| detail.chars().count() < 700));
            }
        }
    }
}
