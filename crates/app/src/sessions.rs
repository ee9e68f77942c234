//! Sessions: a signed token names one, a row says that it is not over.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use store::{Access, Organization, Session, SessionId, TokenKind, User, UserStatus};

use crate::{
    App, Credential, Ctx, Error, Origin,
    keys::{DataKeys, token_hash},
};

/// A token's use is written down once in so many milliseconds.
const TOUCH_EVERY_MS: i64 = 60_000;

/// A session that has just begun.
pub struct Login {
    /// What proves it: a JWT (RFC 7519).
    pub token: String,
    /// Milliseconds since 1970 UTC, whole seconds.
    pub expires_at_ms: i64,
    /// Who.
    pub user: User,
    /// Whose.
    pub organization: Organization,
}

/// What a token says.
#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    org: String,
    role: String,
    iat: i64,
    exp: i64,
    jti: String,
}

/// Signs and checks tokens.
#[derive(Clone)]
pub(crate) struct Signer {
    signing: EncodingKey,
    checking: Vec<DecodingKey>,
    validation: Validation,
}

impl Signer {
    pub(crate) fn new(keys: &DataKeys) -> Self {
        let keys = keys.session_keys();
        let mut validation = Validation::new(Algorithm::HS256);
        // Whether a session is over, its row says, by the clock that made it.
        validation.validate_exp = false;
        validation.set_required_spec_claims(&["exp"]);
        Self {
            signing: EncodingKey::from_secret(keys.first().map_or(&[], |key| key.as_slice())),
            checking: keys.iter().map(|key| DecodingKey::from_secret(key.as_slice())).collect(),
            validation,
        }
    }

    fn sign(
        &self,
        session: &Session,
        user: &User,
        organization: &Organization,
    ) -> Result<String, Error> {
        let claims = Claims {
            sub: user.id.to_string(),
            org: organization.slug.clone(),
            role: user.role.as_str().to_owned(),
            iat: session.created_at / 1000,
            exp: session.expires_at / 1000,
            jti: session.id.to_string(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.signing)
            .map_err(Error::internal)
    }

    /// The session that a token names, if one of our keys has signed it.
    fn check(&self, token: &str) -> Option<SessionId> {
        let claims = self
            .checking
            .iter()
            .find_map(|key| jsonwebtoken::decode::<Claims>(token, key, &self.validation).ok())?;
        claims.claims.jti.parse().ok()
    }
}

impl App {
    /// Who calls with this session token.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] unless we have signed it and its session is not over.
    pub async fn authenticate_session(&self, origin: Origin, token: &str) -> Result<Ctx, Error> {
        let id = self.signer.check(token).ok_or(Error::Unauthenticated)?;
        let found = self.store.session(id, self.now_ms()).await?;
        let (session, user, organization) = found.ok_or(Error::Unauthenticated)?;
        if user.status != UserStatus::Active {
            return Err(Error::Unauthenticated);
        }
        Ok(Ctx { origin, organization, user, credential: Credential::Session(session.id) })
    }

    /// Who calls with this token for programs, if it is of one of `kinds`.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if there is no such token.
    pub async fn authenticate_token(
        &self,
        origin: Origin,
        token: &str,
        kinds: &[TokenKind],
    ) -> Result<Ctx, Error> {
        let now_ms = self.now_ms();
        // Found by its hash: how long the search takes says nothing of the token.
        let found = self.store.token(&token_hash(token), now_ms).await?;
        let (token, user, organization) = found
            .filter(|(token, ..)| kinds.contains(&token.kind))
            .ok_or(Error::Unauthenticated)?;
        if user.status != UserStatus::Active {
            return Err(Error::Unauthenticated);
        }
        if token.last_used_at.is_none_or(|last| last + TOUCH_EVERY_MS <= now_ms) {
            let system = self.store.system(Access::Write).await?;
            system.touch_token(token.id, now_ms).await?;
            system.commit().await?;
        }
        let credential = Credential::Token(token.id, token.kind);
        Ok(Ctx { origin, organization, user, credential })
    }

    /// Begins a session.
    pub(crate) async fn begin_session(
        &self,
        origin: &Origin,
        user: User,
        organization: Organization,
    ) -> Result<Login, Error> {
        // Tokens count in seconds.
        let now_ms = self.now_ms() / 1000 * 1000;
        let life = i64::try_from(self.config.session_life.as_millis()).unwrap_or(i64::MAX);
        let expires_at_ms = now_ms.saturating_add(life) / 1000 * 1000;
        let tenant = self.store.tenant(organization.id, Access::Write).await?;
        // The password may have been changed, the user suspended, while it was checked.
        let now = tenant.hold_user(user.id).await?.ok_or(Error::Unauthenticated)?;
        if now.password_hash != user.password_hash || now.status != UserStatus::Active {
            return Err(Error::Unauthenticated);
        }
        let session = tenant.begin_session(user.id, now_ms, expires_at_ms).await?;
        let token = self.signer.sign(&session, &user, &organization)?;
        let subject = &user.email;
        crate::context::log(&tenant, &user, origin, "session.began", subject, self.now_ms())
            .await?;
        tenant.commit().await?;
        Ok(Login { token, expires_at_ms, user, organization })
    }

    /// Ends the caller's session.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if the caller has none but a token for programs.
    pub async fn log_out(&self, ctx: &Ctx) -> Result<(), Error> {
        let session = ctx.require_session()?;
        let tenant = self.write(ctx).await?;
        tenant.end_session(session).await?;
        ctx.log(&tenant, "session.ended", &ctx.user.email, self.now_ms()).await?;
        Ok(tenant.commit().await?)
    }
}
