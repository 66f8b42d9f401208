//! A database of its own for every test, of the kind that the run is about.
//!
//! `WA_TEST_STORE` says which: `sqlite` (the default), `postgres` or `mariadb`; the last two with the address of a
//! private server in `WA_TEST_POSTGRES` and `WA_TEST_MARIADB`, as `tests/servers` prints them.

use std::path::PathBuf;

use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult, Statement};

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
            return Self { url, folder: Some(folder) };
        }
        let server = kind.server();
        let first = if kind == Kind::Postgres { format!("{server}/postgres") } else { server.clone() };
        let db = sea_orm::Database::connect(first).await.expect("the server");
        db.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a database");
        db.close().await.expect("closed");
        Self { url: format!("{server}/{name}"), folder: None }
    }

    /// What `DATABASE_URL` says.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A look past the store, for what no port shows.
    pub async fn connect(&self) -> DatabaseConnection {
        let mut options = sea_orm::ConnectOptions::new(&self.url);
        options.sqlx_logging(false).max_connections(2);
        sea_orm::Database::connect(options).await.expect("the database")
    }

    /// A statement past the store.
    pub async fn execute(&self, sql: &str) {
        let db = self.connect().await;
        db.execute_unprepared(sql).await.expect("executed");
        db.close().await.expect("closed");
    }

    /// All rows of a question past the store.
    pub async fn rows(&self, sql: &str) -> Vec<QueryResult> {
        let db = self.connect().await;
        let rows = rows(&db, sql).await;
        db.close().await.expect("closed");
        rows
    }
}

impl Database {
    /// Where `needle` stands: columns as `table.column`, and files of the database by name.
    pub async fn holding(&self, needle: &str) -> Vec<String> {
        let mut found = Vec::new();
        let db = self.connect().await;
        for (table, column, bytes) in self.columns().await {
            let holds = match self.kind() {
                Kind::Sqlite => format!("INSTR(CAST(\"{column}\" AS BLOB), CAST('{needle}' AS BLOB)) > 0"),
                Kind::Postgres if bytes => format!("POSITION('{needle}'::bytea IN \"{column}\") > 0"),
                Kind::Postgres => format!("POSITION('{needle}' IN \"{column}\"::text) > 0"),
                Kind::Mariadb => format!("INSTR(CAST(`{column}` AS BINARY), '{needle}') > 0"),
            };
            let table_name = if self.kind() == Kind::Mariadb { format!("`{table}`") } else { format!("\"{table}\"") };
            if !rows(&db, &format!("SELECT 1 FROM {table_name} WHERE {holds}")).await.is_empty() {
                found.push(format!("{table}.{column}"));
            }
        }
        db.close().await.expect("closed");
        for file in self.folder.iter().flat_map(|folder| std::fs::read_dir(folder).expect("the folder")) {
            let path = file.expect("a file").path();
            let bytes = std::fs::read(&path).expect("readable");
            if bytes.windows(needle.len()).any(|window| window == needle.as_bytes()) {
                found.push(path.file_name().expect("a name").to_string_lossy().into_owned());
            }
        }
        found
    }

    fn kind(&self) -> Kind {
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

async fn rows(db: &DatabaseConnection, sql: &str) -> Vec<QueryResult> {
    db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("rows")
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            drop(std::fs::remove_dir_all(folder));
        }
    }
}
