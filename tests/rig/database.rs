//! A database of its own for every test, of the kind that the run is about.
//!
//! `WA_TEST_STORE` says which: `sqlite` (the default), `postgres` or `mariadb`; the last two with the address of a
//! private server in `WA_TEST_POSTGRES` and `WA_TEST_MARIADB`, as `tests/servers` prints them.

use std::path::PathBuf;

use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbErr, QueryResult, Statement};
use tokio::sync::OnceCell;

/// Which database a run is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
    Mariadb,
}

impl Kind {
    /// As the environment says.
    pub fn of_this_run() -> Self {
        match std::env::var("WA_TEST_STORE").as_deref() {
            Err(_) | Ok("sqlite") => Self::Sqlite,
            Ok("postgres") => Self::Postgres,
            Ok("mariadb") => Self::Mariadb,
            Ok(other) => panic!("WA_TEST_STORE: {other} is none of sqlite, postgres, mariadb"),
        }
    }

    /// Where the server is that holds databases of this kind.
    fn server(self) -> String {
        let name = if self == Self::Postgres { "WA_TEST_POSTGRES" } else { "WA_TEST_MARIADB" };
        std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: tests/servers env prints it"))
    }
}

/// An empty database; a file goes away with it, what is on a server goes with the server.
pub struct Database {
    url: String,
    folder: Option<PathBuf>,
    past: OnceCell<DatabaseConnection>,
}

impl Database {
    /// A new one of the kind that the run is about.
    pub async fn fresh() -> Self {
        Self::of(Kind::of_this_run()).await
    }

    /// A new one.
    pub async fn of(kind: Kind) -> Self {
        let name = format!("wa_{}", uuid::Uuid::new_v4().simple());
        if kind == Kind::Sqlite {
            let folder = std::env::temp_dir().join(name);
            std::fs::create_dir_all(&folder).expect("a folder");
            let url = format!("sqlite://{}", folder.join("wa.db").display());
            return Self { url, folder: Some(folder), past: OnceCell::new() };
        }
        let server = kind.server();
        let first = if kind == Kind::Postgres { format!("{server}/postgres") } else { server.clone() };
        let db = sea_orm::Database::connect(first).await.expect("the server");
        db.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a database");
        db.close().await.expect("closed");
        Self { url: format!("{server}/{name}"), folder: None, past: OnceCell::new() }
    }

    /// What `DATABASE_URL` says.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where its server listens, if it has one.
    pub fn server(&self) -> Option<String> {
        let (_, rest) = self.url.split_once('@')?;
        rest.split('/').next().map(str::to_owned)
    }

    /// A look past the store, for what no port shows.
    async fn look(&self) -> Result<&DatabaseConnection, DbErr> {
        let connect = || async {
            let mut options = ConnectOptions::new(&self.url);
            options.sqlx_logging(false).max_connections(1);
            sea_orm::Database::connect(options).await
        };
        self.past.get_or_try_init(connect).await
    }

    /// A statement past the store.
    pub async fn execute(&self, sql: &str) {
        self.look().await.expect("the database").execute_unprepared(sql).await.expect("executed");
    }

    /// All rows of a question past the store.
    pub async fn rows(&self, sql: &str) -> Vec<QueryResult> {
        self.try_rows(sql).await.expect("rows")
    }

    /// The same; `None` while the database, or the table, is not there.
    pub async fn try_rows(&self, sql: &str) -> Option<Vec<QueryResult>> {
        let db = self.look().await.ok()?;
        db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.ok()
    }
}

impl Database {
    /// Where `needle` stands: columns as `table.column`, and files of the database by name.
    pub async fn holding(&self, needle: &str) -> Vec<String> {
        let mut found = Vec::new();
        for (table, column, bytes) in self.columns().await {
            let holds = match self.kind() {
                Kind::Sqlite => format!("INSTR(CAST(\"{column}\" AS BLOB), CAST('{needle}' AS BLOB)) > 0"),
                Kind::Postgres if bytes => format!("POSITION('{needle}'::bytea IN \"{column}\") > 0"),
                Kind::Postgres => format!("POSITION('{needle}' IN \"{column}\"::text) > 0"),
                Kind::Mariadb => format!("INSTR(CAST(`{column}` AS BINARY), '{needle}') > 0"),
            };
            let table_name = if self.kind() == Kind::Mariadb { format!("`{table}`") } else { format!("\"{table}\"") };
            if !self.rows(&format!("SELECT 1 FROM {table_name} WHERE {holds}")).await.is_empty() {
                found.push(format!("{table}.{column}"));
            }
        }
        for file in self.folder.iter().flat_map(|folder| std::fs::read_dir(folder).expect("the folder")) {
            let path = file.expect("a file").path();
            let bytes = std::fs::read(&path).expect("readable");
            if bytes.windows(needle.len()).any(|window| window == needle.as_bytes()) {
                found.push(path.file_name().expect("a name").to_string_lossy().into_owned());
            }
        }
        found
    }

    /// Which one it is.
    pub fn kind(&self) -> Kind {
        match self.url.split(':').next() {
            Some("sqlite") => Kind::Sqlite,
            Some("postgres") => Kind::Postgres,
            _ => Kind::Mariadb,
        }
    }

    /// Every column of every table, and whether it holds bytes.
    async fn columns(&self) -> Vec<(String, String, bool)> {
        let sql = match self.kind() {
            Kind::Sqlite => {
                "SELECT m.name, p.name, '' FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'"
            }
            Kind::Postgres => {
                "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns WHERE \
                 table_schema = 'public'"
            }
            Kind::Mariadb => {
                "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = \
                 DATABASE()"
            }
        };
        let text = |row: &QueryResult, at| row.try_get_by_index::<String>(at).expect("text");
        self.rows(sql).await.iter().map(|row| (text(row, 0), text(row, 1), text(row, 2) == "bytea")).collect()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            drop(std::fs::remove_dir_all(folder));
        }
    }
}
