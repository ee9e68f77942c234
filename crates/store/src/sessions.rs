//! Sessions.

use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, ExprTrait as _,
    QueryFilter as _, sea_query::Expr,
};

use crate::{
    Error, Organization, Session, SessionId, Store, System, Tenant, User, UserId, tables::session,
};

impl Tenant {
    /// Begins a session.
    ///
    /// # Errors
    /// [`Error::Missing`] if the user is gone.
    pub async fn begin_session(
        &self,
        user: UserId,
        now_ms: i64,
        expires_at_ms: i64,
    ) -> Result<Session, Error> {
        let session = session::ActiveModel {
            id: Set(SessionId::generate()),
            organization_id: Set(self.organization),
            user_id: Set(user),
            created_at: Set(now_ms),
            expires_at: Set(expires_at_ms),
        };
        Ok(session.insert(&self.tx).await?)
    }

    /// Ends a session. Says whether there was one.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn end_session(&self, id: SessionId) -> Result<bool, Error> {
        let gone = session::Entity::delete_many()
            .filter(session::Column::OrganizationId.eq(self.organization))
            .filter(session::Column::Id.eq(id))
            .exec(&self.tx)
            .await?;
        Ok(gone.rows_affected > 0)
    }

    /// Ends all sessions of a user, but for one if it is named.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn end_sessions_of(&self, user: UserId, but: Option<SessionId>) -> Result<(), Error> {
        let mut gone = session::Entity::delete_many()
            .filter(session::Column::OrganizationId.eq(self.organization))
            .filter(session::Column::UserId.eq(user));
        if let Some(kept) = but {
            gone = gone.filter(session::Column::Id.ne(kept));
        }
        gone.exec(&self.tx).await?;
        Ok(())
    }
}

impl Store {
    /// The session of that id, if it is not over, its user and their organization.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn session(
        &self,
        id: SessionId,
        now_ms: i64,
    ) -> Result<Option<(Session, User, Organization)>, Error> {
        let id = Expr::col((session::Entity, session::Column::Id)).eq(id);
        let lives = Expr::col((session::Entity, session::Column::ExpiresAt)).gt(now_ms);
        let (user, organization) = (session::Column::UserId, session::Column::OrganizationId);
        self.caller(session::Entity, user, organization, id.and(lives)).await
    }
}

impl System {
    /// Forgets sessions that are over.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forget_sessions(&self, now_ms: i64) -> Result<u64, Error> {
        let gone = session::Entity::delete_many()
            .filter(session::Column::ExpiresAt.lte(now_ms))
            .exec(&self.tx)
            .await?;
        Ok(gone.rows_affected)
    }
}
