//! Since when whoever makes something repairs it no more. Dates are those that its makers published.

use model::{Confidence, Severity};

use super::told;
use crate::web::{Found, Report, Visit};

/// Versions of a product that are repaired no more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ended {
    /// The first version that this is not about, as numbers; what is older is.
    pub(super) before: &'static [u64],
    /// `YYYY-MM-DD`, or a month, or a year.
    pub(super) since: &'static str,
}

/// Tells each version of a product that is in the table, the oldest first there. `name` is as in [`told::Product::name`].
pub(super) fn judge(visit: &Visit<'_>, report: &mut Report, name: &str, ended: &[Ended]) {
    for product in told::products(visit).into_iter().filter(|product| product.name == name) {
        let numbers = told::numbers(&product.version);
        let Some(ended) = ended.iter().find(|ended| is_before(&numbers, ended.before)) else {
            continue;
        };
        let mut found = Found::at(&product.url)
            .key(format!("{name} {}", product.version))
            .detail(format!(
                "The site says version {}, which has had no security repairs since {}.",
                product.version, ended.since
            ))
            .evidence(product.evidence.0, product.evidence.1);
        if product.is_packaged {
            // Distributions repair it under the same number.
            found = found.severity(Severity::Info).confidence(Confidence::Low);
        }
        report.add(found);
    }
}

/// Compares as many numbers as both have: of `2` nobody knows whether it is 2.2.
fn is_before(numbers: &[u64], bound: &[u64]) -> bool {
    let known = numbers.len().min(bound.len());
    known > 0 && numbers.get(..known) < bound.get(..known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_told_is_not_old() {
        assert!(is_before(&[2, 2, 31], &[2, 4]) && !is_before(&[2, 4, 1], &[2, 4]));
        assert!(!is_before(&[2], &[2, 4]) && !is_before(&[], &[2]) && is_before(&[1], &[2, 4]));
    }
}
