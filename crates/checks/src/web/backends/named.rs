//! The back ends that a site names, and what of them.

use std::fmt;

use model::SecretValue;
use url::Url;

/// Back ends that pages and scripts of a site name.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// In the order in which they were met, each once.
    pub backends: Vec<Backend>,
}

/// A back end as a service.
#[derive(Clone, Debug)]
pub struct Backend {
    /// Where it is named: the URL of the page or script, and the line there.
    pub at: (Url, u64),
    /// Which.
    pub service: Service,
}

/// Which service, and what the site says about its project there.
#[derive(Clone)]
pub enum Service {
    /// Supabase, or one's own of its kind.
    Supabase {
        /// Of the project: an origin.
        url: Url,
        /// The key for everybody (`anon`, `sb_publishable_`).
        key: Option<SecretValue>,
        /// That its scripts read or write.
        tables: Vec<String>,
    },
    /// Firebase.
    Firebase {
        /// The project's id.
        project: String,
        /// Of the Realtime Database: an origin.
        database: Option<Url>,
        /// Of Cloud Storage.
        bucket: Option<String>,
        /// Of Firestore, that its scripts name.
        collections: Vec<String>,
    },
    /// Clerk.
    Clerk {
        /// Host of the frontend API.
        host: String,
        /// By the key's prefix.
        is_development: bool,
    },
    /// Auth0.
    Auth0 {
        /// The tenant's.
        host: String,
        /// The application's id.
        client: String,
    },
    /// Appwrite.
    Appwrite {
        /// With its path, `https://cloud.appwrite.io/v1`.
        endpoint: Url,
        /// The project's id.
        project: String,
        /// What its scripts list.
        lists: Vec<AppwriteList>,
    },
    /// Convex, by the deployment's host.
    Convex(String),
}

/// A list of Appwrite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppwriteList {
    /// The database's id.
    pub database: String,
    /// The collection's or the table's id.
    pub collection: String,
    /// Whether it is a table (TablesDB), not a collection.
    pub is_table: bool,
}

impl Service {
    /// The service's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Supabase { .. } => "Supabase",
            Self::Firebase { .. } => "Firebase",
            Self::Clerk { .. } => "Clerk",
            Self::Auth0 { .. } => "Auth0",
            Self::Appwrite { .. } => "Appwrite",
            Self::Convex(_) => "Convex",
        }
    }

    /// What tells the project from others of the service.
    #[must_use]
    pub fn project(&self) -> &str {
        match self {
            Self::Supabase { url, .. } => url.host_str().unwrap_or_default(),
            Self::Firebase { project, .. } | Self::Appwrite { project, .. } => project,
            Self::Clerk { host, .. } | Self::Auth0 { host, .. } | Self::Convex(host) => host,
        }
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name(), self.project())
    }
}
