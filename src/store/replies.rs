//! Members' replies to posts, each once, under the number that the owner reads.

use async_trait::async_trait;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect};

use super::Store;
use super::cause::failed;
use super::directory::person;
use super::entity::reply::{Column, Entity, Model};
use super::entity::{member, outbox};
use super::rows::{self, Identity};
use super::time::micros;
use super::transaction::{Work, transact};
use crate::domain::address::Wamid;
use crate::domain::member::{NewReply, Reply};
use crate::ports::{Replies, StoreError};

const READ: &str = "read a reply";
const IDENTITY: Identity<Entity> = Identity { id: Column::Id, key: Column::Wamid };
const COLUMNS: [Column; 5] = [Column::PostEntry, Column::MemberId, Column::Wamid, Column::Quoted, Column::SentAt];

#[async_trait]
impl Replies for Store {
    async fn record(&self, reply: NewReply) -> Result<(Reply, bool), StoreError> {
        let failed = failed("record a reply");
        let fresh = transact(&self.db.writer, &RecordReply(&reply)).await.map_err(&failed)?;
        let found = self.reply(Column::Wamid.eq(reply.wamid.as_str())).await?;
        let gone = || DbErr::RecordNotFound("the reply just recorded".to_owned());
        found.map(|reply| (reply, fresh)).ok_or_else(|| failed(gone()))
    }

    async fn forwarded(&self, reply_id: i64, entry_id: i64) -> Result<(), StoreError> {
        let update = Entity::update_many().col_expr(Column::ForwardEntry, Expr::val(entry_id));
        let update = update.filter(Column::Id.eq(reply_id)).exec(&self.db.writer).await;
        update.map(drop).map_err(failed("note a forward"))
    }

    async fn get(&self, id: i64) -> Result<Option<Reply>, StoreError> {
        self.reply(Column::Id.eq(id)).await
    }

    async fn by_forward(&self, entry_id: i64) -> Result<Option<Reply>, StoreError> {
        self.reply(Column::ForwardEntry.eq(entry_id)).await
    }
}

impl Store {
    async fn reply(&self, which: Expr) -> Result<Option<Reply>, StoreError> {
        let found = Entity::find().filter(which).one(&self.db.reader).await.map_err(failed(READ))?;
        let Some(row) = found else { return Ok(None) };
        self.with_author(row).await.map(Some).map_err(failed(READ))
    }

    async fn with_author(&self, row: Model) -> Result<Reply, DbErr> {
        let gone = |what: &str| DbErr::RecordNotFound(format!("the {what} of reply {}", row.id));
        let author = member::Entity::find_by_id(row.member_id).one(&self.db.reader).await?;
        let post = outbox::Entity::find_by_id(row.post_entry).select_only().column(outbox::Column::GroupAlias);
        let group: Option<Option<String>> = post.into_tuple().one(&self.db.reader).await?;
        let author = author.ok_or_else(|| gone("author"))?;
        Ok(Reply {
            id: row.id,
            post_entry: row.post_entry,
            member: if author.forgotten_at.is_some_and(|at| row.sent_at <= at) { None } else { Some(person(author)?) },
            group: group.ok_or_else(|| gone("post"))?.unwrap_or_default(),
            wamid: Wamid::parse(&row.wamid).ok_or_else(|| gone("message id"))?,
        })
    }
}

/// Records a reply; true when it is new.
struct RecordReply<'a>(&'a NewReply);

#[async_trait]
impl Work for RecordReply<'_> {
    type Output = bool;

    async fn run(&self, tx: &DatabaseTransaction, _again: bool) -> Result<bool, DbErr> {
        let reply = self.0;
        let row = vec![
            reply.post_entry.into(),
            reply.member_id.into(),
            reply.wamid.as_str().into(),
            reply.quoted.into(),
            micros(reply.sent_at).into(),
        ];
        let rows = vec![(reply.wamid.as_str().to_owned(), row)];
        Ok(!rows::insert_fresh::<Entity>(tx, IDENTITY, &COLUMNS, rows).await?.is_empty())
    }
}
