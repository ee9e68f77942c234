//! CSAF 2.0 (OASIS, "Common Security Advisory Framework Version 2.0"), sections 3.2.2 and 3.2.3: the product tree and what is said of
//! its products. Only products with a package URL can be told from one another here.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{Document, Justification, MAX_ITEMS, Product, Statement, Status};
use crate::{json::Value, purl::Purl};

/// No vulnerability has more names.
const MAX_NAMES: usize = 64;

/// What is said of products, by the list they stand in.
const STATUSES: [(&str, Status); 7] = [
    ("known_not_affected", Status::NotAffected),
    ("known_affected", Status::Affected),
    ("first_affected", Status::Affected),
    ("last_affected", Status::Affected),
    ("fixed", Status::Fixed),
    ("first_fixed", Status::Fixed),
    ("under_investigation", Status::UnderInvestigation),
];

pub(super) fn read(root: &Value<'_>, document: &mut Document) {
    let tree = root.get("product_tree");
    let products = products_of(tree);
    let groups = tree
        .get("product_groups")
        .items()
        .iter()
        .filter_map(|group| Some((group.text("group_id")?, group.get("product_ids").items())));
    let groups: HashMap<&str, &[Value<'_>]> = groups.collect();
    let mut left = MAX_ITEMS;
    let mut unnamed = 0_usize;
    for vulnerability in root.get("vulnerabilities").items() {
        let ids = vulnerability.get("ids").items().iter().filter_map(|id| id.text("text"));
        let names = vulnerability.text("cve").into_iter().chain(ids);
        let names = names.filter(|it| !it.is_empty()).take(MAX_NAMES);
        let names: Vec<Arc<str>> = names.map(Into::into).collect();
        if names.is_empty() {
            document.problem("A vulnerability has no identifier");
            continue;
        }
        let reasons = Reasons::of(vulnerability, &groups, &mut left);
        // One statement for all products of which the same is said.
        let mut said: BTreeMap<_, Vec<Product>> = BTreeMap::new();
        for (list, status) in STATUSES {
            for id in vulnerability.get("product_status").get(list).items() {
                let Some(id) = id.as_str() else { continue };
                let Some(product) = products.get(id) else {
                    unnamed += 1;
                    continue;
                };
                left = left.saturating_sub(1);
                let (justification, impact) = match status {
                    Status::NotAffected => reasons.of_product(id),
                    _ => (None, None),
                };
                let of_same = said.entry((status, justification, impact)).or_default();
                of_same.push(product.clone());
            }
        }
        // What is said later counts. A product that stands in two lists is not let off.
        let mut said: Vec<_> = said.into_iter().collect();
        said.sort_by_key(|((status, ..), _)| {
            matches!(status, Status::Affected | Status::UnderInvestigation)
        });
        for ((status, justification, impact), products) in said {
            document.statements.push(Statement {
                vulnerabilities: names.clone(),
                products,
                status,
                justification,
                impact: impact.and_then(|at| reasons.texts.get(at)).map(|it| (*it).into()),
            });
        }
        if left == 0 {
            document.problem("The document says too much; the rest was not read");
            break;
        }
    }
    if unnamed > 0 {
        let message = format!(
            "{unnamed} times a product is meant whose package URL, or its version, is missing"
        );
        document.problem(message);
    }
}

/// Products by their id in the document: those of branches and lists, and components in their platforms.
fn products_of<'v>(tree: &'v Value<'_>) -> HashMap<&'v str, Product> {
    let mut products = HashMap::new();
    // With each, whether it is a branch of certain versions: then a package URL without a version would mean too many.
    let of_some = |branch: &Value<'_>| {
        matches!(branch.text("category"), Some("product_version" | "product_version_range"))
    };
    let below = |branches: &'v Value<'_>, is_of_some| {
        branches.items().iter().map(move |branch| (branch, is_of_some || of_some(branch)))
    };
    let mut open: Vec<_> = below(tree.get("branches"), false).collect();
    let names = tree.get("full_product_names").items().iter();
    let mut named: Vec<_> = names.map(|product| (product, false)).collect();
    while let Some((branch, is_of_some)) = open.pop() {
        open.extend(below(branch.get("branches"), is_of_some));
        named.push((branch.get("product"), is_of_some));
    }
    for (product, is_of_some) in named {
        if let (Some(id), Some(purl)) = (product.text("product_id"), purl_of(product))
            && (!is_of_some || Purl::parse(&purl).is_ok_and(|purl| purl.version().is_some()))
        {
            products.insert(id, Product { id: purl, subcomponents: Vec::new() });
        }
    }
    for relationship in tree.get("relationships").items() {
        let whole = relationship.get("full_product_name");
        let Some(id) = whole.text("product_id") else { continue };
        let of = |key| relationship.text(key).and_then(|id| products.get(id));
        let part: Option<&Product> = of("product_reference");
        let platform: Option<&Product> = of("relates_to_product_reference");
        let product = match (purl_of(whole), platform, part) {
            (Some(id), ..) => Product { id, subcomponents: Vec::new() },
            (None, Some(platform), Some(part)) => {
                Product { id: platform.id.clone(), subcomponents: vec![part.id.clone()] }
            }
            // A platform is mostly named by a CPE.
            (None, None, Some(part)) => part.clone(),
            (None, _, None) => continue,
        };
        products.insert(id, product);
    }
    products
}

fn purl_of(product: &Value<'_>) -> Option<Arc<str>> {
    let helper = product.get("product_identification_helper");
    // CSAF 2.1 has a list, of which each one names the product.
    let listed = helper.get("purls").items().iter().filter_map(Value::as_str);
    let mut purls = helper.text("purl").into_iter().chain(listed);
    purls.find(|purl| purl.starts_with("pkg:")).map(Into::into)
}

/// Why products are not affected: flags are labels (3.2.3.5), threats of the category `impact` are words (3.2.3.14).
#[derive(Default)]
struct Reasons<'v> {
    flags: HashMap<&'v str, Justification>,
    /// By product, which of the texts.
    impacts: HashMap<&'v str, usize>,
    /// The text for all other products.
    general: Option<usize>,
    texts: Vec<&'v str>,
}

impl<'v> Reasons<'v> {
    fn of(
        vulnerability: &'v Value<'_>,
        groups: &HashMap<&str, &'v [Value<'v>]>,
        left: &mut usize,
    ) -> Self {
        let mut reasons = Self::default();
        for flag in vulnerability.get("flags").items() {
            let Some(label) = flag.text("label").and_then(Justification::parse) else { continue };
            for id in meant(flag, groups) {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    return reasons;
                }
                reasons.flags.insert(id, label);
            }
        }
        let threats = vulnerability.get("threats").items().iter();
        for threat in threats.filter(|threat| threat.text("category") == Some("impact")) {
            let Some(details) = threat.text("details") else { continue };
            let text = reasons.texts.len();
            reasons.texts.push(details);
            let mut is_general = true;
            for id in meant(threat, groups) {
                is_general = false;
                *left = left.saturating_sub(1);
                if *left == 0 {
                    return reasons;
                }
                reasons.impacts.insert(id, text);
            }
            if is_general {
                reasons.general = Some(text);
            }
        }
        reasons
    }

    fn of_product(&self, id: &str) -> (Option<Justification>, Option<usize>) {
        (self.flags.get(id).copied(), self.impacts.get(id).copied().or(self.general))
    }
}

/// The products that a flag or threat is about.
fn meant<'v>(
    item: &'v Value<'_>,
    groups: &HashMap<&str, &'v [Value<'v>]>,
) -> impl Iterator<Item = &'v str> {
    let of_groups = item.get("group_ids").items().iter().filter_map(Value::as_str);
    let of_groups: Vec<&'v [Value<'v>]> =
        of_groups.filter_map(|group| groups.get(group).copied()).collect();
    let own = item.get("product_ids").items().iter();
    own.chain(of_groups.into_iter().flatten()).filter_map(Value::as_str)
}
