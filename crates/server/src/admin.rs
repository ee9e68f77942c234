//! What an operator does from the command line of the machine, without logging in.

use std::net::SocketAddr;

use anyhow::{Result, bail};
use app::{
    Allowance, Password, Quota,
    stored::{Plan, Role, UserStatus},
};

use crate::{Assembled, DATABASE_FILE, Settings, assemble};

/// What is to be done.
pub enum Command {
    /// List organizations.
    Organizations,
    /// Make an organization with its first user.
    AddOrganization {
        /// Its name in URLs.
        slug: String,
        /// Its name for people.
        name: String,
        /// The first user's address.
        email: String,
        /// The first user's password.
        password: Password,
    },
    /// Remove an organization with everything in it.
    RemoveOrganization {
        /// Which.
        slug: String,
    },
    /// Say what an organization may use.
    SetPlan {
        /// Which.
        slug: String,
        /// What.
        plan: Plan,
    },
    /// Say what an organization may use, and what it has used.
    Quota {
        /// Which.
        slug: String,
    },
    /// List the users of an organization.
    Users {
        /// Which.
        slug: String,
    },
    /// Add a user.
    AddUser {
        /// Where.
        slug: String,
        /// The user's address.
        email: String,
        /// The user's password.
        password: Password,
        /// What the user may do.
        role: Role,
    },
    /// Set a user's password and end the user's sessions.
    SetPassword {
        /// Where.
        slug: String,
        /// The user's address.
        email: String,
        /// The new one.
        password: Password,
    },
    /// Change a user's role, or whether the user may log in.
    ChangeUser {
        /// Where.
        slug: String,
        /// The user's address.
        email: String,
        /// What the user may do.
        role: Option<Role>,
        /// Whether the user may log in.
        status: Option<UserStatus>,
    },
}

/// Does it. Says what is to be printed, a line for each thing.
///
/// # Errors
/// Data, keys or the database cannot be opened; what was asked for makes no sense.
pub fn run(settings: &Settings, command: Command) -> Result<Vec<String>> {
    // A folder that is misspelt would be an installation of its own; only who begins one makes one.
    let is_there = settings.database.is_some() || settings.data_dir.join(DATABASE_FILE).exists();
    if !is_there && !matches!(command, Command::AddOrganization { .. }) {
        bail!("there is no installation in {}", settings.data_dir.display());
    }
    let Assembled { runtime, app, _scratch } =
        assemble(settings, SocketAddr::from(([127, 0, 0, 1], 0)))?;
    runtime.block_on(async {
        let operator = app.operator();
        match command {
            Command::Organizations => {
                let organizations = operator.organizations().await?;
                Ok(organizations
                    .into_iter()
                    .map(|one| format!("{}\t{}\t{}", one.slug, one.plan.as_str(), one.name))
                    .collect())
            }
            Command::AddOrganization { slug, name, email, password } => {
                operator.add_organization(slug.clone(), &name, &email, password).await?;
                Ok(vec![format!("organization {slug} and its admin {email} are there")])
            }
            Command::RemoveOrganization { slug } => {
                operator.remove_organization(&slug).await?;
                Ok(vec![format!("organization {slug} and everything in it is gone")])
            }
            Command::SetPlan { slug, plan } => {
                operator.set_plan(&slug, plan).await?;
                Ok(vec![format!("organization {slug} has the plan {}", plan.as_str())])
            }
            Command::Quota { slug } => {
                let (quota, allowance) = operator.quota(&slug).await?;
                Ok(told(&quota, &allowance))
            }
            Command::Users { slug } => {
                let users = operator.users(&slug).await?;
                Ok(users
                    .into_iter()
                    .map(|user| {
                        format!("{}\t{}\t{}", user.email, user.role.as_str(), user.status.as_str())
                    })
                    .collect())
            }
            Command::AddUser { slug, email, password, role } => {
                operator.add_user(&slug, &email, password, role).await?;
                Ok(vec![format!("user {email} is there")])
            }
            Command::SetPassword { slug, email, password } => {
                operator.set_password(&slug, &email, password).await?;
                Ok(vec![format!("user {email} has a new password and no sessions")])
            }
            Command::ChangeUser { slug, email, role, status } => {
                operator.change_user(&slug, &email, role, status).await?;
                Ok(vec![format!("user {email} is changed")])
            }
        }
    })
}

/// What an organization may use, and what it has used: a name and a value in each line.
fn told(quota: &Quota, allowance: &Allowance) -> Vec<String> {
    let scans = match quota.limit {
        Some(limit) => format!("{} of {limit} this month", quota.used),
        None => format!("{} this month, no cap", quota.used),
    };
    let days = allowance.retention.as_secs() / (24 * 3_600);
    vec![
        format!("plan\t{}", quota.plan.as_str()),
        format!("scans of websites\t{scans}"),
        format!("domains\tup to {}", allowance.domains),
        format!("web tokens\tup to {}", allowance.web_tokens),
        format!("active scans\t{}", if allowance.active_scans { "yes" } else { "no" }),
        format!("retention\t{days} days"),
    ]
}
