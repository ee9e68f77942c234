//! Names of stored things: UUIDs of version 7 (RFC 9562, section 5.7), which sort by the time they were made.

use std::{fmt, str::FromStr};

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
        pub struct $name(pub(crate) Uuid);

        impl $name {
            /// A name that nothing has yet.
            #[must_use]
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl TryFromU64 for $name {
            fn try_from_u64(number: u64) -> Result<Self, DbErr> {
                Uuid::try_from_u64(number).map(Self)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            /// Reads the hyphenated form, as it is printed, and no other.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let id = Uuid::try_parse(text)?;
                if text.len() == uuid::fmt::Hyphenated::LENGTH {
                    Ok(Self(id))
                } else {
                    // Braces, URNs and plain digits are refused with the error an empty text gets.
                    Uuid::try_parse("").map(Self)
                }
            }
        }
    )*};
}

ids! {
    /// An organization, which is a tenant.
    OrganizationId
    /// A user of one organization.
    UserId
    /// A session, the `jti` of its token.
    SessionId
    /// A token, by its public name.
    TokenId
    /// A project.
    ProjectId
    /// A scan.
    ScanId
    /// A finding of one scan.
    FindingId
    /// A domain.
    DomainId
    /// What the packages of a scan are.
    PackageListId
    /// The packages of a branch, as its latest scan listed them.
    InventoryId
    /// An entry of the audit log.
    EventId
}
