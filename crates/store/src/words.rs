//! Words that columns hold.

use sea_orm::{DeriveActiveEnum, EnumIter};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident = $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
        #[sea_orm(rs_type = "String", db_type = "Text")]
        pub enum $name {
            $($(#[$word_doc])* #[sea_orm(string_value = $text)] $word,)*
        }

        impl $name {
            /// Every word, in order.
            pub const ALL: &[Self] = &[$(Self::$word,)*];

            /// The word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$word => $text,)* }
            }

            /// Reads a word.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text)
            }
        }
    )*};
}

words! {
    /// What a user may do; each may what those before it may.
    Role {
        /// Reads.
        Viewer = "viewer",
        /// Also edits projects, starts scans, triages findings.
        Member = "member",
        /// Also manages users, tokens and webhooks, and deletes.
        Admin = "admin",
    }
    /// What an organization may use.
    Plan {
        /// To try it.
        Free = "free",
        /// For one's own.
        Hobby = "hobby",
        /// For a business.
        Pro = "pro",
        /// Without a cap.
        Unlimited = "unlimited",
    }
    /// What a token opens.
    TokenKind {
        /// The Workspace API; a user has one.
        Workspace = "workspace",
        /// The Web API: passive scans, and active ones where they are authorized.
        WebActive = "fxv",
        /// The Web API: passive scans.
        WebPassive = "fxw",
    }
    /// Whether a user may log in.
    UserStatus {
        /// Yes.
        Active = "active",
        /// Not until an administrator says so.
        Suspended = "suspended",
    }
    /// Who started a scan.
    ScanTrigger {
        /// A user.
        Manual = "manual",
        /// A push.
        Webhook = "webhook",
        /// The clock.
        Schedule = "schedule",
    }
    /// From where a scan of a website was started.
    SiteTrigger {
        /// The Web API.
        Api = "api",
        /// The dashboard.
        Dashboard = "dashboard",
        /// The clock.
        Schedule = "schedule",
        /// A model, through MCP.
        Mcp = "mcp",
        /// The command line.
        Cli = "cli",
    }
    /// How far a scan of a website goes.
    ScanMode {
        /// It asks for what a browser would.
        Passive = "passive",
        /// It also tries what an attacker would.
        Active = "active",
    }
    /// What a scan looks for.
    ScanKind {
        /// Everything.
        Full = "full",
        /// Secrets in the files as they are, and dependencies.
        Quick = "quick",
        /// Secrets, in all that was ever committed.
        Secrets = "secrets",
        /// Known vulnerable packages.
        Dependencies = "dependencies",
        /// Mistakes in code.
        Code = "code",
        /// Mistakes in configuration.
        Config = "config",
    }
    /// Where an organization has shown that a domain is its own.
    ProofKind {
        /// In a record of the domain name system.
        Dns = "dns",
        /// In a file at the host.
        File = "file",
    }
    /// Where a scan is in its life.
    ScanStatus {
        /// Waits for a worker.
        Queued = "queued",
        /// A worker has it.
        Running = "running",
        /// Done.
        Completed = "completed",
        /// Done, in vain.
        Failed = "failed",
        /// Stopped by a user.
        Cancelled = "cancelled",
    }
    /// What is held of a finding.
    FindingStatus {
        /// To be repaired.
        Open = "open",
        /// Accepted.
        Ignored = "ignored",
        /// Not a problem.
        FalsePositive = "false_positive",
        /// A later scan did not find it any more.
        Fixed = "fixed",
    }
}

impl ScanStatus {
    /// Whether nothing comes after it.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}
