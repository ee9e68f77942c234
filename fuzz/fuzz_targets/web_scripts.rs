//! What scripts of a website say: libraries, source maps, data URLs, JSON-LD.

#![no_main]

use bartizan_fuzz::assert_printable;
use formats::web::{
    data_url,
    javascript_library::{in_content, in_url},
    json_ld::JsonLd,
    source_map::{Language, MAX_SOURCES, SourceMap, mapping_url},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for library in in_content(bytes) {
        assert!(bytes.get(library.range.clone()).is_some());
        assert_printable(&library.version);
    }
    let _ = (mapping_url(bytes, Language::JavaScript), mapping_url(bytes, Language::Css));
    if let Ok(map) = SourceMap::parse(bytes) {
        assert!(map.sources.len() <= MAX_SOURCES);
        map.problems.iter().for_each(|problem| assert_printable(&problem.message));
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for library in in_url(text) {
        assert_eq!(text.get(library.range.clone()), Some(library.version.as_str()));
    }
    if let Ok(url) = data_url::parse(text, 1 << 20) {
        assert!(url.body.len() <= text.len());
    }
    for item in JsonLd::parse(text).into_iter().flat_map(|found| found.items) {
        item.types.iter().for_each(|name| assert_printable(name));
    }
});
