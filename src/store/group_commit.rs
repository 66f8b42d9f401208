//! Lets many callers share one commit: while one transaction is being made durable, what comes meanwhile
//! gathers and goes into the next one as a whole.
//!
//! A commit costs a disk flush whether it holds one row or five hundred; this is what makes thousands of
//! small durable writes a second possible. Nobody is answered before the commit, nobody waits for a timer,
//! and what one operation breaks costs no other one its answer.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures::FutureExt;
use sea_orm::{DatabaseConnection, DatabaseTransaction, DbErr};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::cause::{Cause, Trouble, trouble};
use super::transaction::{Work, transact};
use crate::ports::StoreError;

/// Most operations that share one transaction.
const MOST: usize = 512;
/// How many operations may wait; more callers wait at the entrance.
const QUEUE: usize = 2048;

/// How a batch of operations of one kind is written.
#[async_trait]
pub trait Bulk: Send + Sync + 'static {
    /// What one caller asks for.
    type Op: Send + Sync + 'static;
    /// What that caller is answered.
    type Out: Send + 'static;
    /// What it does, as a verb phrase.
    const OPERATION: &'static str;

    /// Writes the whole batch within `tx` and answers each operation, in order. May be called again with the same
    /// batch or parts of it; `again` as in [`Work::run`].
    async fn write(&self, tx: &DatabaseTransaction, ops: &[Self::Op], again: bool) -> Result<Vec<Self::Out>, DbErr>;
}

struct Waiting<B: Bulk> {
    op: B::Op,
    answer: oneshot::Sender<Result<B::Out, Cause>>,
}

/// The entrance to the commits of one kind of operation.
pub struct GroupCommit<B: Bulk> {
    entrance: Mutex<Option<mpsc::Sender<Waiting<B>>>>,
    worker: Mutex<Option<JoinHandle<()>>>,
}

impl<B: Bulk> GroupCommit<B> {
    /// Starts the worker, which ends once this value is dropped or closed and everything accepted is answered.
    pub fn start(db: DatabaseConnection, bulk: B) -> Self {
        let (entrance, queue) = mpsc::channel(QUEUE);
        let worker = tokio::spawn(work(db, Arc::new(bulk), queue));
        Self { entrance: Mutex::new(Some(entrance)), worker: Mutex::new(Some(worker)) }
    }

    /// Returns once the operation is durable, or has failed as a whole.
    pub async fn submit(&self, op: B::Op) -> Result<B::Out, StoreError> {
        let closed = || Cause::new("the store is closed").of(B::OPERATION);
        let entrance = self.entrance.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(closed)?;
        let (answer, answered) = oneshot::channel();
        entrance.send(Waiting { op, answer }).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?.map_err(|cause| cause.of(B::OPERATION))
    }

    /// Takes no more, and returns once everything accepted is answered.
    pub async fn close(&self) {
        drop(self.entrance.lock().unwrap_or_else(PoisonError::into_inner).take());
        let worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(worker) = worker {
            // The worker fences every batch, so there is no panic to pass on.
            let _ended = worker.await;
        }
    }
}

async fn work<B: Bulk>(db: DatabaseConnection, bulk: Arc<B>, mut queue: mpsc::Receiver<Waiting<B>>) {
    let mut waiting = Vec::with_capacity(MOST);
    while queue.recv_many(&mut waiting, MOST).await > 0 {
        let (ops, answers): (Vec<_>, Vec<_>) = waiting.drain(..).map(|w| (w.op, w.answer)).unzip();
        let outs = settle(&db, bulk.as_ref(), &ops).await;
        for (answer, out) in answers.into_iter().zip(outs) {
            // Whoever stopped waiting needs no answer.
            let _gone = answer.send(out);
        }
    }
}

/// Writes a batch together, or one by one when one of it spoils the rest.
async fn settle<B: Bulk>(db: &DatabaseConnection, bulk: &B, ops: &[B::Op]) -> Vec<Result<B::Out, Cause>> {
    match together(db, bulk, ops).await {
        Ok(outs) => outs.into_iter().map(Ok).collect(),
        Err((_, Trouble::Content | Trouble::Conflict)) if ops.len() > 1 => {
            let mut outs = Vec::with_capacity(ops.len());
            for op in ops {
                let one = together(db, bulk, std::slice::from_ref(op)).await;
                outs.push(one.map_err(|(cause, _)| cause).and_then(|mut outs| outs.pop().ok_or_else(unanswered)));
            }
            outs
        }
        Err((cause, _)) => ops.iter().map(|_| Err(cause.clone())).collect(),
    }
}

async fn together<B: Bulk>(db: &DatabaseConnection, bulk: &B, ops: &[B::Op]) -> Result<Vec<B::Out>, (Cause, Trouble)> {
    let batch = Batch { bulk, ops };
    match AssertUnwindSafe(transact(db, &batch)).catch_unwind().await {
        Ok(Ok(outs)) if outs.len() == ops.len() => Ok(outs),
        Ok(Ok(_)) => Err((unanswered(), Trouble::Unavailable)),
        Ok(Err(error)) => Err((Cause::from(&error), trouble(&error))),
        Err(_panic) => Err((Cause::new("an internal fault ended the write"), Trouble::Content)),
    }
}

fn unanswered() -> Cause {
    Cause::new("an internal fault left an operation unanswered")
}

struct Batch<'a, B: Bulk> {
    bulk: &'a B,
    ops: &'a [B::Op],
}

#[async_trait]
impl<B: Bulk> Work for Batch<'_, B> {
    type Output = Vec<B::Out>;

    async fn run(&self, tx: &DatabaseTransaction, again: bool) -> Result<Self::Output, DbErr> {
        self.bulk.write(tx, self.ops, again).await
    }
}
