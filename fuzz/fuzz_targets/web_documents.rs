//! Documents of a website: pages in any encoding, and what stands at agreed places: robots.txt, site maps, security.txt, manifests.

#![no_main]

use bartizan_fuzz::assert_printable;
use formats::web::{
    html::Decoded, html_refresh, manifest::Manifest, robots::Robots, security_txt::SecurityTxt,
    sitemap,
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
    // The first byte says what `Content-Type` does.
    let (charset, body) = match bytes {
        [0, body @ ..] => (Some("utf-16le"), body),
        [1, body @ ..] => (Some("shift_jis"), body),
        [2, body @ ..] => (Some("windows-1252"), body),
        body => (None, body),
    };
    let decoded = Decoded::read(body, charset);
    assert!(decoded.document.root().is_some() || decoded.document.is_cut());
});
