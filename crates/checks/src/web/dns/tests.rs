use model::site::dns::Lookup;
use proptest::prelude::*;

use crate::web::{Visit, dns::CHECKS, literal};

#[test]
fn a_domain_that_is_well_kept_has_nothing_to_repair() {
    let site = literal::visit(
        "DNS A www.example.com 192.0.2.1
DNS AAAA www.example.com 2001:db8::1
DNS none CNAME www.example.com
DNS CAA example.com 0 issue letsencrypt.org
DNS NS example.com ns1.example.net
DNS NS example.com ns2.example.org
DNS DS example.com 12345 13 2
DNS DNSKEY example.com 257 13
DNS MX example.com 10 mx.example.com
DNS TXT example.com v=spf1 mx include:_spf.example.net -all
DNS TXT _dmarc.example.com v=DMARC1; p=reject; rua=mailto:dmarc@example.com
DNS TXT _mta-sts.example.com v=STSv1; id=20260101
DNS TXT _smtp._tls.example.com v=TLSRPTv1; rua=mailto:tls@example.com
DNS TXT s1._domainkey.example.com v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
GET https://www.example.com/
HTTP/1.1 200 OK
content-type: text/html
",
    );
    let visit = Visit::of(&site);
    for check in CHECKS {
        assert_eq!(check.judge(&visit), [], "{}", check.id);
    }
}

#[test]
fn what_a_wildcard_answers_for_the_host_says_nothing_of_the_domain() {
    let site = literal::visit(
        "DNS TXT _dmarc.www.example.com v=spf1 -all\nGET https://www.example.com/\nHTTP/1.1 200 OK\n",
    );
    let visit = Visit::of(&site);
    for check in CHECKS {
        assert_eq!(check.judge(&visit), [], "{}", check.id);
    }
}

proptest! {
    #[test]
    fn every_record_is_judged(
        texts in prop::collection::vec("(v=spf1 |v=DMARC1;|v=DKIM1;|v=STSv1;|v=TLSRPTv1;)?(p=|sp=none|pct=|rua=|id=|k=rsa|t=y|all|ip4:|ip6:|include:|[-~?+;:=/.0-9a-z ]|\\PC){0,30}", 0..4),
    ) {
        let mut site = literal::visit("DNS MX example.com 10 mx.example.com\nDNS TXT s._domainkey.example.com x\nDNS CAA example.com 0 issue x");
        let dns = site.dns.as_mut().unwrap();
        let found = || if texts.is_empty() { Lookup::NoRecords } else { Lookup::Found(texts.clone()) };
        dns.txt = found();
        dns.dmarc.records = found();
        dns.mta_sts = found();
        dns.tls_rpt = found();
        dns.dkim[0].records = found();
        if let (Lookup::Found(caa), Some(text)) = (&mut dns.caa.records, texts.first()) {
            caa[0].value.clone_from(text);
        }
        let visit = Visit::of(&site);
        for check in CHECKS {
            for found in check.judge(&visit) {
                prop_assert!(found.detail.is_none_or(|detail| detail.chars().count() < 700), "{}", check.id);
                prop_assert!(found.key.len() < 100);
            }
        }
    }
}
