//! The only way out of the process: guarded addresses, guarded HTTP, git over HTTP and ssh, looks at TLS endpoints and names,
//! browsers that are answered by all this.
//!
//! Every name is resolved here, every address it has is judged, and the connection goes to exactly the addresses that were judged
//! ([`guard`]). No product decision is taken here: which schemes and networks are open, how large a download may be and where it is
//! kept are the caller's to say.
//!
//! All calls block; call them from a thread that may.

pub mod browser;
pub mod dns;
mod error;
pub mod git;
pub mod guard;
pub mod http;
pub mod tls;
mod watch;

pub use error::Error;
pub use guard::{Policy, Resolve, SafeUrl, Scheme, SystemResolver};
pub use http::Client;
