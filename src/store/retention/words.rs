//! The words of messages and jobs that are over.
//!
//! What has ended is found along the log, whose lines are in the order of time: once a line is old enough, what it is
//! about is judged. What is not ripe then has ended, or will end, with a later line. A job that repeats goes on for years
//! while its posts go one by one; it keeps its own text until it is over and every post of it is through.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{STEP, Step, progress};
use crate::domain::job::JobState;
use crate::domain::outbox::{Hold, Purpose, State};
use crate::domain::retention::{Ended, What, job_is_over};
use crate::failpoint::failpoint;
use crate::ports::Purged;
use crate::store::entity::{job, job_log, outbox};
use crate::store::outbox::without_words;
use crate::store::time::{instant, micros};
use crate::store::transaction::{Work, transact};
use crate::store::{Db, rows};

/// One step along the log.
pub async fn purge(db: &Db, step: Step) -> Result<Purged, DbErr> {
    let reached = progress::reached(&db.reader, step.what).await?.max(step.after);
    let lines = lines(db, reached).await?;
    let old: Vec<&Line> = lines.iter().take_while(|line| line.is_old(step)).collect();
    let Some(upto) = old.last().map(|line| line.id) else { return Ok(Purged::default()) };
    let ripe = ripe(db, &old, step).await?;
    failpoint!("gc.selected")?;
    let rows = transact(&db.writer, &Empty { ripe: &ripe, step, upto }).await?;
    let more = lines.len() as u64 == STEP && old.len() == lines.len();
    Ok(Purged { rows, next: more.then_some(upto) })
}

/// A line of the log.
struct Line {
    id: i64,
    job_id: Option<i64>,
    entry_id: Option<i64>,
    at: DateTime<Utc>,
}

impl Line {
    /// A line from the future was written by a wrong clock; it must not hide those behind it.
    fn is_old(&self, step: Step) -> bool {
        self.at <= step.limit || self.at > step.now
    }
}

async fn lines(db: &Db, after: i64) -> Result<Vec<Line>, DbErr> {
    use job_log::Column;
    let columns = [Column::Id, Column::JobId, Column::EntryId, Column::At];
    let select = job_log::Entity::find().select_only().columns(columns).filter(Column::Id.gt(after));
    let select = select.order_by_asc(Column::Id).limit(STEP).into_tuple::<(i64, Option<i64>, Option<i64>, i64)>();
    let line = |(id, job_id, entry_id, at)| Line { id, job_id, entry_id, at: instant(at) };
    Ok(select.all(&db.reader).await?.into_iter().map(line).collect())
}

/// Whose words go.
#[derive(Default)]
struct Ripe {
    entries: BTreeSet<i64>,
    jobs: BTreeSet<i64>,
}

async fn ripe(db: &Db, lines: &[&Line], step: Step) -> Result<Ripe, DbErr> {
    let mut ripe = Ripe::default();
    let ids: BTreeSet<i64> = lines.iter().filter_map(|line| line.entry_id).collect();
    let single = entries(db, outbox::Column::Id, ids.into_iter().collect()).await?;
    let single = single.into_iter().filter(|entry| entry.has_words);
    ripe.entries.extend(single.filter(|entry| entry.ended.words_may_go(step.what, step.limit)).map(|entry| entry.id));
    if step.what == What::Bodies {
        let ids: BTreeSet<i64> = lines.iter().filter_map(|line| line.job_id).collect();
        add_jobs(db, &mut ripe, ids.into_iter().collect(), step).await?;
    }
    Ok(ripe)
}

/// Adds jobs that are over, with their posts.
async fn add_jobs(db: &Db, ripe: &mut Ripe, ids: Vec<i64>, step: Step) -> Result<(), DbErr> {
    let over = jobs_that_are_over(db, &ids, step.limit).await?;
    let mut posts: BTreeMap<i64, Vec<Entry>> = BTreeMap::new();
    for post in entries(db, outbox::Column::JobId, over.keys().copied().collect()).await? {
        posts.entry(post.job_id.unwrap_or_default()).or_default().push(post);
    }
    for (job, has_words) in over {
        let posts = posts.remove(&job).unwrap_or_default();
        let through = |post: &&Entry| post.ended.words_may_go(step.what, step.limit);
        ripe.entries.extend(posts.iter().filter(through).filter(|post| post.has_words).map(|post| post.id));
        if has_words && posts.iter().all(|post| through(&post)) {
            ripe.jobs.insert(job);
        }
    }
    Ok(())
}

/// Jobs that ended by the limit, and whether they still have their text.
async fn jobs_that_are_over(db: &Db, ids: &[i64], limit: DateTime<Utc>) -> Result<BTreeMap<i64, bool>, DbErr> {
    use job::Column;
    let mut over = BTreeMap::new();
    for list in rows::lists(ids) {
        let select = job::Entity::find().select_only().columns([Column::Id, Column::State, Column::PurgedAt]);
        let select = select.filter(Column::Id.is_in(list)).filter(Column::EndedAt.lte(micros(limit)));
        for (id, state, purged_at) in select.into_tuple::<(i64, String, Option<i64>)>().all(&db.reader).await? {
            if JobState::parse(&state).is_some_and(job_is_over) {
                over.insert(id, purged_at.is_none());
            }
        }
    }
    Ok(over)
}

/// A message, as far as it has to be known.
struct Entry {
    id: i64,
    job_id: Option<i64>,
    ended: Ended,
    has_words: bool,
}

/// The messages of which `column` is among `keys`.
async fn entries(db: &Db, column: outbox::Column, keys: Vec<i64>) -> Result<Vec<Entry>, DbErr> {
    let mut found = Vec::new();
    for list in rows::lists(&keys) {
        let select = outbox::Entity::find().select_only().columns(JUDGED).filter(column.is_in(list));
        let rows = select.order_by_asc(outbox::Column::Id).into_tuple::<Judged>().all(&db.reader).await?;
        found.extend(rows.into_iter().filter_map(read));
    }
    Ok(found)
}

const JUDGED: [outbox::Column; 8] = [
    outbox::Column::Id,
    outbox::Column::JobId,
    outbox::Column::Purpose,
    outbox::Column::State,
    outbox::Column::HeldBy,
    outbox::Column::AskedAt,
    outbox::Column::EndedAt,
    outbox::Column::PurgedAt,
];

/// The columns of [`JUDGED`].
type Judged = (i64, Option<i64>, String, String, Option<String>, Option<i64>, Option<i64>, Option<i64>);

/// A row with a name that nobody knows is left alone.
fn read((id, job_id, purpose, state, held_by, asked_at, ended_at, purged_at): Judged) -> Option<Entry> {
    let ended = Ended {
        purpose: Purpose::parse(&purpose)?,
        state: State::parse(&state)?,
        held_by: held_by.as_deref().and_then(Hold::parse),
        mentioned: asked_at.is_some(),
        at: ended_at.map(instant),
    };
    Some(Entry { id, job_id, ended, has_words: purged_at.is_none() })
}

/// Takes the words away.
struct Empty<'a> {
    ripe: &'a Ripe,
    step: Step,
    upto: i64,
}

#[async_trait]
impl Work for Empty<'_> {
    type Output = u64;

    async fn run(&self, tx: &DatabaseTransaction, _again: bool) -> Result<u64, DbErr> {
        // Jobs before posts, as everywhere.
        let mut emptied = self.jobs(tx).await?;
        let ids: Vec<i64> = self.ripe.entries.iter().copied().collect();
        for list in rows::lists(&ids) {
            let update = without_words(self.step.now)?.filter(outbox::Column::Id.is_in(list));
            let update = update.filter(outbox::Column::EndedAt.lte(micros(self.step.limit)));
            emptied += update.exec(tx).await?.rows_affected;
        }
        failpoint!("gc.deleted")?;
        progress::advance(tx, self.step.what, self.upto).await?;
        Ok(emptied)
    }
}

impl Empty<'_> {
    async fn jobs(&self, tx: &DatabaseTransaction) -> Result<u64, DbErr> {
        use job::Column;
        let over = JobState::ALL.iter().filter(|state| job_is_over(**state)).map(|state| state.as_str());
        let over: Vec<&str> = over.collect();
        let ids: Vec<i64> = self.ripe.jobs.iter().copied().collect();
        let mut emptied = 0;
        for list in rows::lists(&ids) {
            let update = job::Entity::update_many()
                .col_expr(Column::Text, Expr::val(""))
                .col_expr(Column::PurgedAt, Expr::val(micros(self.step.now)))
                .filter(Column::Id.is_in(list))
                .filter(Column::State.is_in(over.clone()))
                .filter(Column::PurgedAt.is_null());
            emptied += update.exec(tx).await?.rows_affected;
        }
        Ok(emptied)
    }
}
