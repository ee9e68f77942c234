//! What is known of a website.

pub mod dns;
pub mod tls;

pub use dns::Dns;
pub use tls::Tls;
