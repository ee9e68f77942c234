//! Tokens of programs.

use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _,
    ExprTrait as _, PaginatorTrait as _, QueryFilter as _, sea_query::Expr,
};

use crate::{
    Error, Keyset, Organization, Store, System, Tenant, Token, TokenId, TokenKind, User, UserId,
    page::newest_first, tables::token,
};

/// A token to be.
pub struct NewToken {
    /// Who makes it.
    pub user: UserId,
    /// What it opens.
    pub kind: TokenKind,
    /// For people.
    pub name: String,
    /// Its first characters.
    pub prefix: String,
    /// SHA-256 of it.
    pub hash: [u8; 32],
    /// Milliseconds since 1970 UTC.
    pub expires_at_ms: Option<i64>,
}

impl Tenant {
    /// Adds a token.
    ///
    /// # Errors
    /// [`Error::Missing`] if the user is gone.
    pub async fn add_token(&self, token: NewToken, now_ms: i64) -> Result<Token, Error> {
        let token = token::ActiveModel {
            id: Set(TokenId::generate()),
            organization_id: Set(self.organization),
            user_id: Set(token.user),
            kind: Set(token.kind),
            name: Set(token.name),
            prefix: Set(token.prefix),
            hash: Set(token.hash.to_vec()),
            created_at: Set(now_ms),
            last_used_at: Set(None),
            expires_at: Set(token.expires_at_ms),
        };
        Ok(token.insert(&self.tx).await?)
    }

    fn tokens_of(&self, kinds: &[TokenKind]) -> sea_orm::Select<token::Entity> {
        token::Entity::find()
            .filter(token::Column::OrganizationId.eq(self.organization))
            .filter(token::Column::Kind.is_in(kinds.iter().copied()))
    }

    /// Tokens of some kinds, the newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn tokens(
        &self,
        kinds: &[TokenKind],
        after: Option<Keyset>,
        limit: u64,
    ) -> Result<Vec<Token>, Error> {
        let rows = self.tokens_of(kinds);
        let rows = newest_first(rows, token::Column::CreatedAt, token::Column::Id, after, limit);
        Ok(rows.all(&self.tx).await?)
    }

    /// How many tokens of some kinds there are.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_tokens(&self, kinds: &[TokenKind]) -> Result<u64, Error> {
        Ok(self.tokens_of(kinds).count(&self.tx).await?)
    }

    /// Removes a token of one of these kinds. Says whether there was one.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn remove_token(&self, id: TokenId, kinds: &[TokenKind]) -> Result<bool, Error> {
        let id = token::Column::Id.eq(id);
        self.remove_tokens(Condition::all().add(id), kinds).await
    }

    /// Removes the tokens of a user that are of one of these kinds. Says whether there was one.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn remove_tokens_of(&self, user: UserId, kinds: &[TokenKind]) -> Result<bool, Error> {
        let of_user = token::Column::UserId.eq(user);
        self.remove_tokens(Condition::all().add(of_user), kinds).await
    }

    async fn remove_tokens(&self, which: Condition, kinds: &[TokenKind]) -> Result<bool, Error> {
        let gone = token::Entity::delete_many()
            .filter(token::Column::OrganizationId.eq(self.organization))
            .filter(token::Column::Kind.is_in(kinds.iter().copied()))
            .filter(which)
            .exec(&self.tx)
            .await?;
        Ok(gone.rows_affected > 0)
    }
}

impl Store {
    /// The token with that hash, if it has not expired, its user and their organization.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn token(
        &self,
        hash: &[u8; 32],
        now_ms: i64,
    ) -> Result<Option<(Token, User, Organization)>, Error> {
        let column = |column| Expr::col((token::Entity, column));
        let expires_at = || column(token::Column::ExpiresAt);
        let lives = expires_at().is_null().or(expires_at().gt(now_ms));
        let proof = column(token::Column::Hash).eq(hash.to_vec()).and(lives);
        let (user, organization) = (token::Column::UserId, token::Column::OrganizationId);
        self.caller(token::Entity, user, organization, proof).await
    }
}

impl System {
    /// Notes that a token was used.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn touch_token(&self, id: TokenId, now_ms: i64) -> Result<(), Error> {
        token::Entity::update_many()
            .col_expr(token::Column::LastUsedAt, Expr::value(now_ms))
            .filter(token::Column::Id.eq(id))
            .exec(&self.tx)
            .await?;
        Ok(())
    }
}
