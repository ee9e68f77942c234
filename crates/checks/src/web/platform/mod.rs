//! What the site is made with, and whether that version is known to be vulnerable.

mod development_server;
mod end_of_life;
mod fingerprint;
mod known_vulnerability;
mod marks;
mod outdated_apache;
mod outdated_drupal;
mod outdated_iis;
mod outdated_nginx;
mod outdated_openssl;
mod outdated_php;
mod outdated_python;
mod outdated_tomcat;
mod outdated_wordpress;
mod told;

use super::Check;

pub(super) static CHECKS: &[&Check] = &[
    &development_server::CHECK,
    &fingerprint::CHECK,
    &known_vulnerability::CHECK,
    &outdated_apache::CHECK,
    &outdated_drupal::CHECK,
    &outdated_iis::CHECK,
    &outdated_nginx::CHECK,
    &outdated_openssl::CHECK,
    &outdated_php::CHECK,
    &outdated_python::CHECK,
    &outdated_tomcat::CHECK,
    &outdated_wordpress::CHECK,
];
