//! Tokens for programs: shown once, stored as a hash.

use store::{Keyset, NewToken, Role, Token, TokenId, TokenKind};
use zeroize::Zeroizing;

use crate::{
    App, Ctx, Error, Page,
    keys::{random_token, token_hash},
    page, text,
};

/// Kinds that administrators hand out.
const WEB: &[TokenKind] = &[TokenKind::WebActive, TokenKind::WebPassive];
/// Kinds of which each user has one.
const WORKSPACE: &[TokenKind] = &[TokenKind::Workspace];
/// Characters that tell a token from others.
const PREFIX_CHARS: usize = 8;

/// A token that has just been made: the only time that it is seen.
pub struct IssuedToken {
    /// The token itself.
    pub secret: Zeroizing<String>,
    /// What is known of it.
    pub token: Token,
}

/// A web token to be.
pub struct WebTokenDraft {
    /// For people.
    pub name: String,
    /// What it may do.
    pub kind: TokenKind,
    /// Milliseconds since 1970 UTC.
    pub expires_at_ms: Option<i64>,
}

impl App {
    /// The organization's web tokens, the newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] but for administrators.
    pub async fn web_tokens(
        &self,
        ctx: &Ctx,
        after: Option<Keyset>,
        limit: u64,
    ) -> Result<Page<Token>, Error> {
        ctx.require(Role::Admin)?;
        let tokens = self.read(ctx).await?.tokens(WEB, after, limit + 1).await?;
        Ok(page(tokens, limit, |token| Keyset::of(token.created_at, token.id)))
    }

    /// Makes a web token.
    ///
    /// # Errors
    /// [`Error::Forbidden`] but for administrators; [`Error::PlanRequired`] if there are as many as the plan holds.
    pub async fn add_web_token(
        &self,
        ctx: &Ctx,
        draft: WebTokenDraft,
    ) -> Result<IssuedToken, Error> {
        ctx.require(Role::Admin)?;
        ctx.require_session()?;
        let name = text::name("name", &draft.name)?;
        if !WEB.contains(&draft.kind) {
            return Err(Error::invalid("kind", "kind must be fxv or fxw"));
        }
        if draft.expires_at_ms.is_some_and(|at| at <= self.now_ms()) {
            return Err(Error::invalid("expires_at", "expires_at must be in the future"));
        }
        self.issue(ctx, draft.kind, name, draft.expires_at_ms).await
    }

    /// Takes a web token away; its next call is refused.
    ///
    /// # Errors
    /// [`Error::Forbidden`] but for administrators; [`Error::NotFound`].
    pub async fn remove_web_token(&self, ctx: &Ctx, id: TokenId) -> Result<(), Error> {
        ctx.require(Role::Admin)?;
        let tenant = self.write(ctx).await?;
        if !tenant.remove_token(id, WEB).await? {
            return Err(Error::NotFound("token"));
        }
        ctx.log(&tenant, "token.removed", &id.to_string(), self.now_ms()).await?;
        Ok(tenant.commit().await?)
    }

    /// Makes the caller's workspace key, in place of the one before.
    ///
    /// # Errors
    /// [`Error::Forbidden`] to a key: one that leaked does not get to replace itself.
    pub async fn make_workspace_key(&self, ctx: &Ctx) -> Result<IssuedToken, Error> {
        ctx.require_session()?;
        self.issue(ctx, TokenKind::Workspace, "api key".to_owned(), None).await
    }

    /// Takes the caller's workspace key away.
    ///
    /// # Errors
    /// [`Error::Forbidden`] to a key; [`Error::NotFound`] if there is none.
    pub async fn remove_workspace_key(&self, ctx: &Ctx) -> Result<(), Error> {
        ctx.require_session()?;
        let tenant = self.write(ctx).await?;
        if !tenant.remove_tokens_of(ctx.user.id, WORKSPACE).await? {
            return Err(Error::NotFound("API key"));
        }
        ctx.log(&tenant, "token.removed", "api key", self.now_ms()).await?;
        Ok(tenant.commit().await?)
    }

    async fn issue(
        &self,
        ctx: &Ctx,
        kind: TokenKind,
        name: String,
        expires_at_ms: Option<i64>,
    ) -> Result<IssuedToken, Error> {
        let begin = match kind {
            TokenKind::Workspace => "bzk_",
            TokenKind::WebActive => "fxv_",
            TokenKind::WebPassive => "fxw_",
        };
        let secret = Zeroizing::new(format!("{begin}{}", random_token()?.as_str()));
        let now_ms = self.now_ms();
        let tenant = self.write(ctx).await?;
        match kind {
            TokenKind::Workspace => {
                tenant.take_turn().await?;
                tenant.remove_tokens_of(ctx.user.id, WORKSPACE).await?;
            }
            TokenKind::WebActive | TokenKind::WebPassive => {
                self.require_token_room(ctx, &tenant, WEB).await?;
            }
        }
        let token = NewToken {
            user: ctx.user.id,
            kind,
            name,
            prefix: secret.chars().take(PREFIX_CHARS).collect(),
            hash: token_hash(&secret),
            expires_at_ms,
        };
        let token = tenant.add_token(token, now_ms).await?;
        ctx.log(&tenant, "token.created", &token.name, now_ms).await?;
        tenant.commit().await?;
        Ok(IssuedToken { secret, token })
    }
}
