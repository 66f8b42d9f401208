//! Opens a database as the product needs it, or says which setting is wrong and how to mend it.
//!
//! SQLite gets one connection that writes and a few that only read (WAL lets them), full durability and
//! a lock for life. Statements are never logged: they carry texts and numbers.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sea_orm::sqlx::mysql::MySqlConnectOptions;
use sea_orm::sqlx::pool::PoolOptions;
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, Connection};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbBackend, DbErr};

use super::cause::Cause;
use super::dialect::{self, Session};
use super::lock::FileLock;
use super::presence::Presence;
use crate::failpoint::planted;

/// The oldest SQLite whose WAL cannot be corrupted by a checkpoint racing with a writer (release notes of 3.51.3).
pub const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);
const SQLITE_READERS: u32 = 3;
const SERVER_CONNECTIONS: u32 = 10;
/// How long a connection that is given back may take to say that it still works.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
const ACQUIRE_WITHIN: Duration = Duration::from_secs(10);
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Bulk statements come in a few sizes per table; all of them stay prepared.
const PREPARED: usize = 500;
/// A result this long is handed over without the reader and the SQLite thread waiting for each other in between.
const ROWS_AHEAD: usize = 1024;

/// Why the database cannot be used, for the operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The scheme is none that we know.
    #[error("DATABASE_URL must begin with sqlite://, postgres:// or mysql://")]
    Scheme,
    /// The rest of the URL cannot be read.
    #[error(
        "DATABASE_URL is malformed after the scheme; expected sqlite://FILE or SCHEME://USER:PASSWORD@HOST/DATABASE"
    )]
    Malformed,
    /// An SQLite database that is not a file.
    #[error(
        "DATABASE_URL names an in-memory database, which forgets everything; name a file: sqlite://wa_scheduler.db"
    )]
    InMemory,
    /// Somebody else holds the file.
    #[error("another process is using {}; stop it, or name another file in DATABASE_URL", path.display())]
    InUse {
        /// The database file.
        path: PathBuf,
    },
    /// The lock file cannot be made.
    #[error("cannot make {}; the directory named in DATABASE_URL must exist and be writable", path.display())]
    LockFile {
        /// The lock file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The database does not answer, or refuses us.
    #[error("cannot open the database of DATABASE_URL; check that it runs, and its name, user and password")]
    Connect(#[source] Cause),
    /// The SQLite library is too old.
    #[error("SQLite {found} may corrupt its write-ahead log; build with 3.51.3 or newer, as Cargo.lock does")]
    OldSqlite {
        /// The version found.
        found: String,
    },
    /// The database was migrated by a newer version of this program.
    #[error(
        "the database was migrated by a newer wa-scheduler (it knows {steps}); run that version, or restore a backup"
    )]
    NewerSchema {
        /// The steps that this binary does not know.
        steps: String,
    },
}

/// An open database.
pub struct Connected {
    /// Where transactions that write run.
    pub writer: DatabaseConnection,
    /// Where reading happens.
    pub reader: DatabaseConnection,
    /// Who else is there.
    pub presence: Presence,
}

/// Opens what `url` (`DATABASE_URL`) names.
pub async fn open(url: &str) -> Result<Connected, OpenError> {
    let connected = match url.split_once(':').map(|(scheme, _)| scheme) {
        Some("sqlite") => sqlite(url).await?,
        Some("postgres" | "postgresql") => {
            PgConnectOptions::from_str(url).map_err(|_| OpenError::Malformed)?;
            server(url).await?
        }
        Some("mysql" | "mariadb") => {
            MySqlConnectOptions::from_str(url).map_err(|_| OpenError::Malformed)?;
            server(url).await?
        }
        _ => return Err(OpenError::Scheme),
    };
    let unknown = migration::unknown(&connected.writer).await.map_err(cannot_connect)?;
    if !unknown.is_empty() {
        return Err(OpenError::NewerSchema { steps: unknown.join(", ") });
    }
    Ok(connected)
}

async fn server(url: &str) -> Result<Connected, OpenError> {
    let mut options = server_options(url, Session::Work);
    options.max_connections(SERVER_CONNECTIONS).test_before_acquire_if_idle_for(Duration::from_secs(30));
    let pool = Database::connect(options).await.map_err(cannot_connect)?;
    if let Some(gap) = dialect::durability_gap(&pool).await.map_err(cannot_connect)? {
        tracing::warn!(gap, "after a crash of the database, what was sent may be sent again without anybody knowing");
    }
    let presence = Presence::among(server_options(url, Session::Presence)).await.map_err(cannot_connect)?;
    Ok(Connected { writer: pool.clone(), reader: pool, presence })
}

/// What every connection to a server has. Not by `ConnectOptions::after_connect`, which sees one connection of the pool
/// alone.
fn server_options(url: &str, session: Session) -> ConnectOptions {
    let mut options = quiet(url);
    options
        .map_sqlx_postgres_pool_opts(move |pool| tended(pool, dialect::session_settings(DbBackend::Postgres, session)))
        .map_sqlx_mysql_pool_opts(move |pool| tended(pool, dialect::session_settings(DbBackend::MySql, session)));
    options
}

/// A pool whose connections are told `settings` first, and that takes none back which does not answer.
///
/// The driver (sqlx 0.9) looks without a limit whether a connection that is given back still works. One whose server has
/// vanished, or whose work was cut off (MySQL then waits for what never comes), would keep its place for ever, and
/// closing the pool would wait for it.
fn tended<DB: sqlx::Database>(pool: PoolOptions<DB>, settings: &'static [&'static str]) -> PoolOptions<DB>
where
    for<'c> &'c mut DB::Connection: sqlx::Executor<'c, Database = DB>,
{
    let told = pool.after_connect(move |connection, _| {
        Box::pin(async move {
            for sql in settings {
                sqlx::Executor::execute(&mut *connection, *sql).await?;
            }
            Ok(())
        })
    });
    told.after_release(|connection, _| {
        Box::pin(async move {
            // An error closes it without another word.
            let late = |_| sqlx::Error::PoolTimedOut;
            tokio::time::timeout(ANSWER_WITHIN, connection.ping()).await.map_err(late)?.map(|()| true)
        })
    })
}

async fn sqlite(url: &str) -> Result<Connected, OpenError> {
    let parsed = SqliteConnectOptions::from_str(url).map_err(|_| OpenError::Malformed)?;
    let path = parsed.get_filename().to_owned();
    if is_in_memory(url, &path) {
        return Err(OpenError::InMemory);
    }
    let lock = FileLock::take(&path)?;
    let writer = Database::connect(sqlite_options(url, 1, false)).await.map_err(cannot_connect)?;
    let found = dialect::sqlite_version(&writer).await.map_err(cannot_connect)?;
    if !dialect::is_at_least(&found, OLDEST_SQLITE) {
        return Err(OpenError::OldSqlite { found });
    }
    let reader = Database::connect(sqlite_options(url, SQLITE_READERS, true)).await.map_err(cannot_connect)?;
    Ok(Connected { writer, reader, presence: Presence::alone(lock) })
}

fn is_in_memory(url: &str, path: &Path) -> bool {
    url.contains(":memory:") || url.contains("mode=memory") || path.as_os_str().is_empty()
}

fn sqlite_options(url: &str, connections: u32, read_only: bool) -> ConnectOptions {
    let mut options = quiet(url);
    // A closed connection would take its prepared statements along.
    options.max_connections(connections).idle_timeout(None).max_lifetime(None).test_before_acquire(false);
    // After an I/O error SQLite may end a transaction by itself. The driver (sqlx 0.9) then cannot roll back, goes on taking
    // the connection for one inside of a transaction, and what is confirmed over it is committed by nobody. Such a
    // connection is recognised here, when it should be idle, and replaced.
    options.map_sqlx_sqlite_before_acquire(|connection, _| {
        let idle = !connection.is_in_transaction();
        Box::pin(std::future::ready(Ok(idle)))
    });
    options.map_sqlx_sqlite_opts(move |sqlite| {
        sqlite
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // Planted: a commit may be gone after a power cut.
            .synchronous(if planted!("commits_that_may_go") {
                SqliteSynchronous::Normal
            } else {
                SqliteSynchronous::Full
            })
            .foreign_keys(true)
            // What is deleted or overwritten is gone from the file as well.
            .pragma("secure_delete", "ON")
            .busy_timeout(BUSY_TIMEOUT)
            .statement_cache_capacity(PREPARED)
            .row_buffer_size(ROWS_AHEAD)
            .pragma("query_only", if read_only { "ON" } else { "OFF" })
    });
    options
}

fn quiet(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.sqlx_logging(false).record_stmt_in_spans(false).acquire_timeout(ACQUIRE_WITHIN);
    options
}

fn cannot_connect(error: DbErr) -> OpenError {
    OpenError::Connect(Cause::from(&error))
}
