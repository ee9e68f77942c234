//! How connections are encrypted.

mod endpoint;
mod way;

mod certificate_expired;
mod certificate_expiring;
mod certificate_lifetime;
mod certificate_name;
mod certificate_not_yet_valid;
mod certificate_untrusted;
mod chain_incomplete;
mod chain_order;
mod chain_root;
mod http_not_redirected;
mod https_downgrade;
mod insecure_renegotiation;
mod no_forward_secrecy;
mod no_http2;
mod no_tls13;
mod old_version;
mod plain_only;
mod redirect_host_first;
mod staple_missing;
mod weak_key;
mod weak_signature;
mod weak_suite;

#[cfg(test)]
mod tests;

use super::Check;

pub(super) static CHECKS: &[&Check] = &[
    &certificate_expired::CHECK,
    &certificate_expiring::CHECK,
    &certificate_lifetime::CHECK,
    &certificate_name::CHECK,
    &certificate_not_yet_valid::CHECK,
    &certificate_untrusted::CHECK,
    &chain_incomplete::CHECK,
    &chain_order::CHECK,
    &chain_root::CHECK,
    &http_not_redirected::CHECK,
    &https_downgrade::CHECK,
    &insecure_renegotiation::CHECK,
    &no_forward_secrecy::CHECK,
    &no_http2::CHECK,
    &no_tls13::CHECK,
    &old_version::CHECK,
    &plain_only::CHECK,
    &redirect_host_first::CHECK,
    &staple_missing::CHECK,
    &weak_key::CHECK,
    &weak_signature::CHECK,
    &weak_suite::CHECK,
];
