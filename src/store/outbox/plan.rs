//! Planning entries, each once per key.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::{DatabaseTransaction, DbErr};

use super::row::{IDENTITY, PLANNED, planned};
use crate::domain::outbox::NewEntry;
use crate::store::entity::outbox::Entity;
use crate::store::group_commit::Bulk;
use crate::store::rows;

/// Plans entries.
pub struct Plan;

#[async_trait]
impl Bulk for Plan {
    type Op = (Vec<NewEntry>, DateTime<Utc>);
    type Out = Vec<(i64, bool)>;
    const OPERATION: &'static str = "plan messages";

    async fn write(&self, tx: &DatabaseTransaction, ops: &[Self::Op], _again: bool) -> Result<Vec<Self::Out>, DbErr> {
        let all = ops.iter().flat_map(|(entries, at)| entries.iter().map(move |entry| (entry, *at)));
        let mut fresh = insert(tx, all.collect()).await?;
        let known = known(tx, ops, &fresh).await?;
        let mut outs = Vec::with_capacity(ops.len());
        for (entries, _) in ops {
            let found = entries.iter().map(|entry| {
                let new = fresh.remove(&entry.key).map(|id| (id, true));
                new.or_else(|| known.get(&entry.key).map(|id| (*id, false))).ok_or(DbErr::RecordNotUpdated)
            });
            outs.push(found.collect::<Result<_, _>>()?);
        }
        Ok(outs)
    }
}

/// Ids of those entries that were planned before, or twice in this batch.
async fn known(
    tx: &DatabaseTransaction,
    ops: &[(Vec<NewEntry>, DateTime<Utc>)],
    fresh: &HashMap<String, i64>,
) -> Result<HashMap<String, i64>, DbErr> {
    let mut unmet: HashSet<&str> = fresh.keys().map(String::as_str).collect();
    let all = ops.iter().flat_map(|(entries, _)| entries);
    let again: Vec<String> = all.filter(|e| !unmet.remove(e.key.as_str())).map(|e| e.key.clone()).collect();
    rows::ids(tx, IDENTITY, &again).await
}

/// Inserts those entries whose key is new, and answers with their ids by key.
pub async fn insert(
    tx: &DatabaseTransaction,
    entries: Vec<(&NewEntry, DateTime<Utc>)>,
) -> Result<HashMap<String, i64>, DbErr> {
    let mut seen = HashSet::new();
    let mut rows = Vec::new();
    for (entry, at) in entries {
        if seen.insert(entry.key.as_str()) {
            rows.push((entry.key.clone(), planned(entry, at)?));
        }
    }
    rows::insert_fresh::<Entity>(tx, IDENTITY, &PLANNED, rows).await
}
