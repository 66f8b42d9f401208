//! What happens after each statement of a step: nothing, unless a test wants to cut the step off there.
//!
//! Builds without the feature `failpoints` have nothing to be told.

use sea_orm_migration::sea_orm::DbErr;

#[cfg(feature = "failpoints")]
mod told {
    use std::pin::Pin;
    use std::sync::OnceLock;

    use super::DbErr;

    /// What is done after a statement; its error is the step's.
    pub type Point = fn() -> Pin<Box<dyn Future<Output = Result<(), DbErr>> + Send>>;

    static POINT: OnceLock<Point> = OnceLock::new();

    /// Says what is done after each statement, once for the whole process.
    pub fn after_each_statement(point: Point) {
        POINT.get_or_init(|| point);
    }

    pub(crate) async fn pass() -> Result<(), DbErr> {
        match POINT.get() {
            Some(point) => point().await,
            None => Ok(()),
        }
    }
}

#[cfg(feature = "failpoints")]
pub use told::after_each_statement;

/// Awaits a statement of a step.
pub(crate) async fn statement(work: impl Future<Output = Result<(), DbErr>>) -> Result<(), DbErr> {
    work.await?;
    #[cfg(feature = "failpoints")]
    told::pass().await?;
    Ok(())
}
