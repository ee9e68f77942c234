//! What the site's domain says in DNS.

mod zone;

mod apex_alias;
mod caa_invalid;
mod caa_missing;
mod dangling_alias;
mod dkim_weak;
mod dmarc_invalid;
mod dmarc_weak;
mod dnssec_broken;
mod dnssec_missing;
mod dnssec_unlinked;
mod dnssec_weak;
mod email_security;
mod mta_sts;
mod mx_invalid;
mod no_ipv6;
mod private_address;
mod single_nameserver;
mod spf_ignored_terms;
mod spf_invalid;
mod spf_permissive;
mod spf_ptr;
mod tls_rpt;

#[cfg(test)]
mod tests;

use super::Check;

pub(super) static CHECKS: &[&Check] = &[
    &apex_alias::CHECK,
    &caa_invalid::CHECK,
    &caa_missing::CHECK,
    &dangling_alias::CHECK,
    &dkim_weak::CHECK,
    &dmarc_invalid::CHECK,
    &dmarc_weak::CHECK,
    &dnssec_broken::CHECK,
    &dnssec_missing::CHECK,
    &dnssec_unlinked::CHECK,
    &dnssec_weak::CHECK,
    &email_security::CHECK,
    &mta_sts::CHECK,
    &mx_invalid::CHECK,
    &no_ipv6::CHECK,
    &private_address::CHECK,
    &single_nameserver::CHECK,
    &spf_ignored_terms::CHECK,
    &spf_invalid::CHECK,
    &spf_permissive::CHECK,
    &spf_ptr::CHECK,
    &tls_rpt::CHECK,
];
