//! Who calls: what proves it, the user and the organization, in one statement, as every request asks for it.

use sea_orm::{
    ColumnTrait, ConnectionTrait as _, EntityTrait, FromQueryResult, IdenStatic as _,
    Iterable as _,
    sea_query::{Expr, ExprTrait as _, Query, SelectStatement},
};

use crate::{
    Error, Organization, Store, User,
    tables::{organization, user},
};

impl Store {
    /// The row of `E` that `proof` finds, with the user that `user_id` names and their organization.
    pub(crate) async fn caller<E: EntityTrait>(
        &self,
        table: E,
        user_id: E::Column,
        organization_id: E::Column,
        proof: Expr,
    ) -> Result<Option<(E::Model, User, Organization)>, Error> {
        let mut query = Query::select();
        query
            .from(table)
            .inner_join(
                user::Entity,
                Expr::col((user::Entity, user::Column::Id)).equals((table, user_id)),
            )
            .inner_join(
                organization::Entity,
                Expr::col((organization::Entity, organization::Column::Id))
                    .equals((table, organization_id)),
            )
            .and_where(proof);
        select::<E>(&mut query, table, "proof_");
        select(&mut query, user::Entity, "user_");
        select(&mut query, organization::Entity, "organization_");
        let row = self.on_a_connection(|| self.callers.query_one(&query)).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some((
            E::Model::from_query_result(&row, "proof_")?,
            User::from_query_result(&row, "user_")?,
            Organization::from_query_result(&row, "organization_")?,
        )))
    }
}

/// All columns of a table, named so that they are told from those of others.
fn select<E: EntityTrait>(query: &mut SelectStatement, table: E, prefix: &str) {
    for column in E::Column::iter() {
        let name = format!("{prefix}{}", column.as_str());
        query.expr_as(column.select_as(Expr::col((table, column))), name);
    }
}
