//! What is known of a website.

pub mod dns;
pub mod tls;

pub use tls::Tls;
