//! JSON-LD as search engines read it: schema.org items in a `<script type="application/ld+json">`, and what they lack for the common
//! rich results (<https://developers.google.com/search/docs/appearance/structured-data>).
//!
//! This is no JSON-LD processor: contexts are not fetched and nothing is expanded; a property is known by the name it has.

use model::one_line;

use super::note;
use crate::{
    Problem,
    json::{self, Value},
};

/// So many items of a script are read.
pub const MAX_ITEMS: usize = 1_000;

/// What a script says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JsonLd {
    /// Items with a type, outermost first, also those within others.
    pub items: Vec<Item>,
    /// Whether some `@context` is schema.org's.
    pub is_schema_org: bool,
    /// What makes no sense, at most [`MAX_ISSUES`](super::MAX_ISSUES).
    pub issues: Vec<Issue>,
}

/// One item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its types without schema.org's address, each cut to a line.
    pub types: Vec<String>,
    /// Properties that a rich result requires and it has not; where one of several is enough, they stand there with ` or ` between them.
    pub missing: Vec<&'static str>,
    /// Properties that are recommended and missing.
    pub recommended: Vec<&'static str>,
    /// It stands within another item.
    pub is_nested: bool,
}

/// What makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issue {
    /// An outermost object has no `@context`.
    NoContext,
    /// The context is not schema.org's.
    OtherContext,
    /// An outermost object has no `@type`.
    NoType,
    /// Neither an object nor a list of objects.
    NotAnObject,
    /// More than [`MAX_ITEMS`].
    TooManyItems,
}

/// What a type needs.
struct Requirement {
    types: &'static [&'static str],
    /// Of each group one is enough.
    required: &'static [&'static str],
    recommended: &'static [&'static str],
}

/// Where one of several is enough they stand with ` or ` between them.
const REQUIREMENTS: &[Requirement] = &[
    Requirement {
        types: &["Article", "NewsArticle", "BlogPosting", "TechArticle", "Report"],
        required: &[],
        recommended: &["headline", "author", "datePublished", "dateModified", "image"],
    },
    Requirement {
        types: &["Product", "ProductGroup"],
        required: &["name", "review or aggregateRating or offers or hasVariant"],
        recommended: &["image", "description", "brand", "sku or gtin or gtin13 or gtin8 or mpn"],
    },
    Requirement {
        types: &["Offer"],
        required: &["price or priceSpecification"],
        recommended: &["priceCurrency or priceSpecification", "availability", "url"],
    },
    Requirement {
        types: &["AggregateOffer"],
        required: &["lowPrice", "priceCurrency"],
        recommended: &["highPrice", "offerCount"],
    },
    Requirement {
        types: &["AggregateRating"],
        required: &["ratingValue", "ratingCount or reviewCount"],
        recommended: &["bestRating"],
    },
    Requirement {
        types: &["Review"],
        required: &["author", "reviewRating"],
        recommended: &["datePublished"],
    },
    Requirement { types: &["BreadcrumbList"], required: &["itemListElement"], recommended: &[] },
    Requirement {
        types: &["Organization", "Corporation", "OnlineStore", "NewsMediaOrganization"],
        required: &[],
        recommended: &["name", "url", "logo"],
    },
    Requirement {
        types: &["LocalBusiness", "Restaurant", "Store", "Hotel", "Dentist", "Physician"],
        required: &["name", "address"],
        recommended: &["telephone", "openingHoursSpecification or openingHours", "geo", "url"],
    },
    Requirement { types: &["FAQPage"], required: &["mainEntity"], recommended: &[] },
    Requirement {
        types: &["Event", "MusicEvent", "BusinessEvent", "SportsEvent", "Festival"],
        required: &["name", "startDate", "location"],
        recommended: &["endDate", "eventStatus", "image", "offers", "description"],
    },
    Requirement {
        types: &["Recipe"],
        required: &["name", "image"],
        recommended: &["recipeIngredient", "recipeInstructions", "author", "totalTime"],
    },
    Requirement {
        types: &["VideoObject"],
        required: &["name", "thumbnailUrl", "uploadDate"],
        recommended: &["description", "contentUrl or embedUrl", "duration"],
    },
    Requirement {
        types: &["JobPosting"],
        required: &[
            "title",
            "description",
            "datePosted",
            "hiringOrganization",
            "jobLocation or applicantLocationRequirements",
        ],
        recommended: &["validThrough", "employmentType", "baseSalary"],
    },
    Requirement {
        types: &["SoftwareApplication", "MobileApplication", "WebApplication"],
        required: &["name", "offers", "aggregateRating or review"],
        recommended: &["applicationCategory", "operatingSystem"],
    },
    Requirement { types: &["WebSite"], required: &["name", "url"], recommended: &[] },
];

impl JsonLd {
    /// Reads a script's text; an error if it is no JSON.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let json = json::parse(text.trim_start_matches('\u{feff}').trim())?;
        let mut found = Self::default();
        match &json {
            Value::Object(_) => found.read_outermost(&json),
            Value::Array(items) => items.iter().for_each(|item| found.read_outermost(item)),
            _ => note(&mut found.issues, Issue::NotAnObject),
        }
        Ok(found)
    }

    fn read_outermost(&mut self, item: &Value<'_>) {
        if !matches!(item, Value::Object(_)) {
            return note(&mut self.issues, Issue::NotAnObject);
        }
        match is_schema_org(item.get("@context")) {
            Some(true) => self.is_schema_org = true,
            Some(false) => note(&mut self.issues, Issue::OtherContext),
            None => note(&mut self.issues, Issue::NoContext),
        }
        let graph = item.get("@graph").items();
        if graph.is_empty() && types_of(item).next().is_none() {
            note(&mut self.issues, Issue::NoType);
        }
        // In order, and without recursion: what is within an item comes before what is behind it.
        let mut waiting: Vec<(&Value<'_>, bool)> = vec![(item, false)];
        while let Some((value, is_nested)) = waiting.pop() {
            match value {
                Value::Array(items) => {
                    waiting.extend(items.iter().rev().map(|item| (item, is_nested)));
                }
                Value::Object(entries) => {
                    let has_type = self.keep(value, is_nested);
                    if self.items.len() >= MAX_ITEMS {
                        return note(&mut self.issues, Issue::TooManyItems);
                    }
                    let within = entries.iter().filter(|entry| entry.0 != "@context").rev();
                    waiting.extend(within.map(|entry| (&entry.1, is_nested || has_type)));
                }
                _ => {}
            }
        }
    }

    /// Keeps an item if it has a type; a mere reference (`@id` and nothing else to tell) lacks nothing.
    fn keep(&mut self, item: &Value<'_>, is_nested: bool) -> bool {
        let types: Vec<String> = types_of(item).map(|name| one_line(name, 80)).take(16).collect();
        if types.is_empty() {
            return false;
        }
        let has_more =
            item.entries().iter().any(|entry| !matches!(&*entry.0, "@id" | "@type" | "@context"));
        let is_reference = is_nested && !has_more;
        let (mut missing, mut recommended) = (Vec::new(), Vec::new());
        for requirement in REQUIREMENTS.iter().filter(|_| !is_reference) {
            if requirement.types.iter().any(|name| types.iter().any(|known| known == name)) {
                let lacks = |group: &&&str| !group.split(" or ").any(|name| has(item, name));
                missing.extend(requirement.required.iter().filter(lacks).copied());
                recommended.extend(requirement.recommended.iter().filter(lacks).copied());
            }
        }
        self.items.push(Item { types, missing, recommended, is_nested });
        true
    }
}

/// Whether a property is there and says something.
fn has(item: &Value<'_>, property: &str) -> bool {
    item.entries().iter().any(|(name, value)| {
        let name = name.strip_prefix("schema:").unwrap_or(name);
        name == property
            && match value {
                Value::Text(text) => !text.trim().is_empty(),
                Value::Array(items) => !items.is_empty(),
                Value::Object(entries) => !entries.is_empty(),
                Value::Bool(_) | Value::Other => true,
            }
    })
}

fn types_of<'v>(item: &'v Value<'_>) -> impl Iterator<Item = &'v str> {
    let value = item.get("@type");
    let names = value.as_str().into_iter().chain(value.items().iter().filter_map(Value::as_str));
    names.map(|name| {
        let rest = ["https://schema.org/", "http://schema.org/", "schema:"]
            .iter()
            .find_map(|prefix| name.strip_prefix(prefix));
        rest.unwrap_or(name)
    })
}

/// Whether a context is schema.org's or has it; `None` if there is none.
fn is_schema_org(context: &Value<'_>) -> Option<bool> {
    let is_ours = |text: &str| {
        let host = text.trim().trim_start_matches("https://").trim_start_matches("http://");
        let host = host.trim_start_matches("www.");
        let host = host.split(['/', '#']).next().unwrap_or_default();
        host.eq_ignore_ascii_case("schema.org")
    };
    match context {
        Value::Text(text) => Some(is_ours(text)),
        Value::Array(items) => Some(items.iter().filter_map(Value::as_str).any(is_ours)),
        Value::Object(entries) => {
            Some(entries.iter().filter_map(|entry| entry.1.as_str()).any(is_ours))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn items_and_what_they_lack_are_found_at_every_depth() {
        let found = JsonLd::parse(
            r#"{"@context": "https://schema.org", "@type": "Product", "name": "x", "image": "",
            "offers": {"@type": "Offer", "price": 5, "seller": {"@type": "Organization", "@id": "/#o"}}}"#,
        )
        .unwrap();
        assert!(found.is_schema_org && found.issues.is_empty());
        let types: Vec<_> = found.items.iter().map(|item| item.types[0].as_str()).collect();
        assert_eq!(types, ["Product", "Offer", "Organization"]);
        assert_eq!(found.items[0].missing, [""; 0]);
        assert!(found.items[0].recommended.contains(&"image"));
        assert!(found.items[2].is_nested && found.items[2].recommended.is_empty());
    }

    #[test]
    fn graphs_lists_and_full_names_are_read() {
        let found = JsonLd::parse(
            r#"[{"@context": {"@vocab": "http://schema.org/"}, "@graph": [{"@type": ["http://schema.org/Event"]}, {"@type": "FAQPage", "mainEntity": []}]}]"#,
        )
        .unwrap();
        assert!(found.is_schema_org && found.issues.is_empty());
        assert_eq!(found.items[0].missing, ["name", "startDate", "location"]);
        assert_eq!(found.items[1].missing, ["mainEntity"]);
        assert!(!found.items[1].is_nested);
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        let issues = |text| JsonLd::parse(text).unwrap().issues;
        assert_eq!(issues("5"), [Issue::NotAnObject]);
        assert_eq!(issues("{}"), [Issue::NoContext, Issue::NoType]);
        let other = r#"{"@context": "https://schema.org.evil.example", "@type": "X"}"#;
        assert_eq!(issues(other), [Issue::OtherContext]);
        assert!(JsonLd::parse("{").is_err());
        let many = format!("{{\"@graph\": [{}{{}}]}}", r#"{"@type":"X"},"#.repeat(2_000));
        assert_eq!(issues(&many), [Issue::NoContext, Issue::TooManyItems]);
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read(text in "(\\{|\\}|\"@type\":|\"@graph\":|\"Event\"|[\\[\\],]|\\PC){0,30}") {
            let _ = JsonLd::parse(&text);
        }
    }
}
