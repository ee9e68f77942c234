//! What a site says it is made with, of its own accord.

use std::collections::BTreeMap;

use url::Url;

use crate::web::{Visit, bodies, party};

/// Longest name of a product, and longest version.
const MAX_WORD: usize = 60;
/// So many products of one site; foreign bytes decide how many it names.
const MAX_PRODUCTS: usize = 50;

/// A product and its version.
#[derive(Clone, Debug)]
pub(super) struct Product {
    /// In lower case, as it stands in headers: `php`, `nginx`, `apache`, `microsoft-iis`, `wordpress`.
    pub(super) name: String,
    pub(super) version: String,
    /// A distribution's name stands beside it: it repairs what is old without changing the version.
    pub(super) is_packaged: bool,
    pub(super) url: Url,
    /// The kind of evidence, and the evidence.
    pub(super) evidence: (&'static str, String),
}

/// Every product with a version that hosts of the site name, each version once.
pub(super) fn products(visit: &Visit<'_>) -> Vec<Product> {
    let mut found = BTreeMap::new();
    let answers = visit.site.resources.iter().filter_map(|resource| resource.answer());
    for answer in answers.filter(|answer| party::is_same_site(&answer.url, visit.site.home())) {
        for header in ["server", "x-powered-by", "x-generator"] {
            for value in answer.headers.all(header) {
                let evidence = ("header", format!("{header}: {value}"));
                add(&mut found, &answer.url, value, &evidence);
            }
        }
    }
    for page in &visit.pages {
        for (meta, content) in page.document.meta("generator") {
            let evidence = ("element", crate::web::elements::tag(meta));
            add(&mut found, page.url(), content, &evidence);
        }
    }
    for (answer, text) in bodies::texts(visit).filter(|(answer, _)| answer.status >= 400) {
        // Tomcat signs its error pages.
        if let Some((_, rest)) = text.split_once("<h3>Apache Tomcat/") {
            let version = rest.split('<').next().unwrap_or_default();
            let told = format!("Tomcat/{version}");
            add(&mut found, &answer.url, &told, &("value", told.clone()));
        }
    }
    found.into_values().collect()
}

/// `Apache/2.4.58 (Ubuntu) OpenSSL/3.0.2`, `WordPress 6.5.2`, `Drupal 10 (https://www.drupal.org)`.
fn add(
    found: &mut BTreeMap<(String, String), Product>,
    url: &Url,
    text: &str,
    evidence: &(&'static str, String),
) {
    const DISTRIBUTIONS: [&str; 9] =
        ["ubuntu", "debian", "red hat", "rhel", "centos", "rocky", "alma", "suse", "amazon"];
    let lower = text.to_ascii_lowercase();
    let is_packaged = DISTRIBUTIONS.iter().any(|name| lower.contains(name))
        // `PHP/8.1.2-1ubuntu2`, `PHP/7.4.33-1+deb11u5`.
        || lower.contains("+deb");
    let mut before = "";
    for word in lower.split([' ', ',', ';']).filter(|word| !word.is_empty()).take(MAX_PRODUCTS) {
        let (name, version) = word.split_once('/').unwrap_or((before, word));
        before = word;
        let end = version.find(|c: char| !c.is_ascii_alphanumeric() && c != '.');
        let version = version.get(..end.unwrap_or(version.len())).unwrap_or_default();
        let is_version = version.starts_with(|c: char| c.is_ascii_digit());
        if name.is_empty() || !is_version || name.len() + version.len() > MAX_WORD {
            continue;
        }
        let key = (name.to_owned(), version.to_owned());
        if found.len() < MAX_PRODUCTS {
            found.entry(key).or_insert_with(|| Product {
                name: name.to_owned(),
                version: version.to_owned(),
                is_packaged,
                url: url.clone(),
                evidence: evidence.clone(),
            });
        }
    }
}

/// The numbers at the head of each part: `[1, 1, 1]` of `1.1.1f`.
pub(super) fn numbers(version: &str) -> Vec<u64> {
    let parts = version.split('.').take(4);
    let numbers = parts.map(|part| {
        let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        part.get(..end).and_then(|digits| digits.parse().ok())
    });
    numbers.map_while(|number| number).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn named(text: &str) -> Vec<(String, String)> {
        let mut found = BTreeMap::new();
        let url = Url::parse("https://example.com").unwrap();
        add(&mut found, &url, text, &("header", String::new()));
        found.into_keys().collect()
    }

    #[test]
    fn products_stand_before_their_versions() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            named("Apache/2.4.6 (CentOS) OpenSSL/1.0.2k-fips PHP/5.4.16"),
            [pair("apache", "2.4.6"), pair("openssl", "1.0.2k"), pair("php", "5.4.16")]
        );
        assert_eq!(named("WordPress 6.5.2"), [pair("wordpress", "6.5.2")]);
        assert_eq!(named("Drupal 7 (http://drupal.org)"), [pair("drupal", "7")]);
        assert_eq!((named("nginx"), named("2.0"), named("")), (vec![], vec![], vec![]));
        assert_eq!(numbers("1.1.1f"), [1, 1, 1]);
    }

    proptest! {
        #[test]
        fn every_header_is_read(text in "([a-z]{1,4}[/ ][0-9.]{0,5}|\\PC){0,30}") {
            prop_assert!(named(&text).len() <= MAX_PRODUCTS);
        }
    }
}
