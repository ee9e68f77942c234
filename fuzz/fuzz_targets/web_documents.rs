//! Documents of a website at agreed places: robots.txt, site maps, security.txt, manifests.

#![no_main]

use bartizan_fuzz::assert_printable;
use formats::web::{
    html_refresh, manifest::Manifest, robots::Robots, security_txt::SecurityTxt, sitemap,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let robots = Robots::parse(bytes);
    let visitor = robots.visitor("bartizan");
    for path in ["/", "/a/b.html?c=d", "/%41*"] {
        assert_eq!(
            visitor.may_visit(path),
            visitor.rule_for(path).is_none_or(|rule| rule.is_allow)
        );
    }
    let sitemap = sitemap::parse(bytes);
    assert!(sitemap.entries.len() <= sitemap::MAX_ENTRIES);
    sitemap.problems.iter().for_each(|problem| assert_printable(&problem.message));
    let _ = (SecurityTxt::parse(bytes), Manifest::parse(bytes));
    let _ = html_refresh::parse(&String::from_utf8_lossy(bytes));
});
