//! The content security policies of a page, with their texts.

use formats::web::{
    csp::{Delivery, Policies, Policy},
    html::Document,
};
use model::site::Headers;

use crate::web::Found;

/// The policies of a page, those of its head first.
#[derive(Debug, Default)]
pub(in crate::web) struct PagePolicies {
    pub(in crate::web) policies: Policies,
    /// Of each policy the text, and the line of its element if it has one.
    texts: Vec<(String, Option<u64>)>,
}

impl PagePolicies {
    /// Reads the fields of a head, and the elements in the `<head>` of the document that came with it, if one did; elsewhere browsers
    /// pass them over (HTML, 4.2.5.3).
    pub(in crate::web) fn read(headers: &Headers, document: Option<&Document>) -> Self {
        let mut all = Self::default();
        for (name, value) in headers.iter() {
            let delivery = match name {
                "content-security-policy" => Delivery::Header,
                "content-security-policy-report-only" => Delivery::ReportOnlyHeader,
                _ => continue,
            };
            value.split(',').for_each(|text| all.add(delivery, text, None));
        }
        for meta in document.into_iter().flat_map(|document| document.by_name("meta")) {
            let is_policy = meta
                .attribute("http-equiv")
                .is_some_and(|name| name.trim().eq_ignore_ascii_case("content-security-policy"));
            if is_policy && meta.is_in("head") {
                let text = meta.attribute("content").unwrap_or_default();
                all.add(Delivery::Meta, text, Some(meta.line()));
            }
        }
        all
    }

    fn add(&mut self, delivery: Delivery, text: &str, line: Option<u64>) {
        self.policies.add(delivery, text);
        self.texts.resize(self.policies.policies.len(), (text.to_owned(), line));
    }

    /// Every policy that is enforced, with its text.
    pub(super) fn enforced(&self) -> impl Iterator<Item = (&Policy, Text<'_>)> {
        self.all().filter(|(policy, _)| policy.is_enforced())
    }

    /// Every policy, with its text.
    pub(super) fn all(&self) -> impl Iterator<Item = (&Policy, Text<'_>)> {
        self.policies.policies.iter().zip(&self.texts).map(|(policy, (text, line))| {
            (policy, Text { delivery: policy.delivery, text, line: *line })
        })
    }

    /// The directive of an enforced policy that governs what `name` is about, as it stands.
    pub(super) fn show(&self, found: Found, name: &str) -> Found {
        let governing = self
            .enforced()
            .find_map(|(policy, text)| Some((policy.effective(name)?.name.as_str(), text)));
        match governing {
            Some((directive, text)) => text.show(found, directive),
            None => found,
        }
    }
}

/// The text of a policy.
#[derive(Clone, Copy)]
pub(super) struct Text<'p> {
    delivery: Delivery,
    text: &'p str,
    line: Option<u64>,
}

impl Text<'_> {
    /// One directive as evidence, or all of it where `directive` is not in it.
    pub(super) fn show(self, found: Found, directive: &str) -> Found {
        let mut parts = self.text.split(';').map(str::trim_ascii);
        let is_it = |part: &&str| {
            part.split_ascii_whitespace().next().is_some_and(|n| n.eq_ignore_ascii_case(directive))
        };
        let text = without_nonces(parts.find(is_it).unwrap_or(self.text));
        match self.delivery {
            Delivery::Header => {
                found.evidence("header", format!("content-security-policy: {text}"))
            }
            Delivery::ReportOnlyHeader => {
                found.evidence("header", format!("content-security-policy-report-only: {text}"))
            }
            Delivery::Meta => found.line(self.line.unwrap_or(1)).evidence(
                "element",
                format!("<meta http-equiv=\"content-security-policy\" content=\"{text}\">"),
            ),
        }
    }
}

/// A nonce is another one at each visit, and says nothing.
fn without_nonces(text: &str) -> String {
    let words = text.split_ascii_whitespace().map(|word| {
        let is_nonce = word.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("'nonce-"));
        if is_nonce { "'nonce-…'" } else { word }
    });
    words.collect::<Vec<_>>().join(" ")
}
