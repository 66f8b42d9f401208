//! Migrations that are killed after each of their statements, from every schema that there was.
//!
//! What one process has left half done, the next one must complete, and the schema must be the same as if nothing had
//! happened.

use std::collections::BTreeMap;
use std::process::{Command, Output};

use crate::Options;
use crate::report::{Report, Run};
use crate::rig::{Database, Kind};

/// Steps of the schemas that were released before the present one, and none at all.
const FROM: [usize; 4] = [0, 8, 9, 10];

/// Where they are cut off.
const POINTS: [&str; 3] = ["mig.begin", "mig.sql", "mig.recorded"];

/// Kills the N-th statement, for every N that there is, and ends the migration with a process that nobody kills.
pub async fn campaign(options: &Options, report: &mut Report) {
    let whole = Database::of(options.kind).await;
    assert!(migrate(&whole, &["up"], "").status.success(), "the schema comes up");
    let expected = schema(&whole).await;
    for (from, point) in options
        .chosen(FROM.iter().flat_map(|from| POINTS.map(|point| (*from, point))), |(from, point)| {
            format!("from step {from}, {point}")
        })
    {
        let mut nth = 1;
        while cut_off(from, &format!("{point}=kill@{nth}"), &expected, options, report).await {
            nth += 1;
        }
    }
}

/// One migration that is cut off; false when it came to its end before the kill.
async fn cut_off(
    from: usize,
    point: &str,
    expected: &BTreeMap<String, String>,
    options: &Options,
    report: &mut Report,
) -> bool {
    let database = Database::of(options.kind).await;
    let back = steps(&database) - from;
    if from > 0 {
        assert!(migrate(&database, &["up"], "").status.success(), "the schema comes up");
        assert!(migrate(&database, &["down", "--steps", &back.to_string()], "").status.success(), "and down");
    }
    let killed = migrate(&database, &["up"], point).status.code().is_none();
    let mut findings = Vec::new();
    let mended = migrate(&database, &["up"], "");
    if !mended.status.success() {
        findings.push(format!("it is not mended: {}", String::from_utf8_lossy(&mended.stderr)));
    }
    let found = schema(&database).await;
    findings.extend(differences(expected, &found));
    let label = format!("from step {from}, {point}");
    report.add(Run { label, deaths: u32::from(killed), findings });
    killed
}

fn migrate(database: &Database, args: &[&str], points: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wa-scheduler"));
    command.arg("migrate").args(args).env_clear();
    command.envs([("DATABASE_URL", database.url()), ("WA_FAILPOINTS", points)]);
    command.output().expect("the binary")
}

/// How many steps there are.
fn steps(database: &Database) -> usize {
    String::from_utf8_lossy(&migrate(database, &["status"], "").stdout).lines().count()
}

/// Every column and every index, and what it is.
async fn schema(database: &Database) -> BTreeMap<String, String> {
    let sql = match database.kind() {
        Kind::Sqlite => {
            "SELECT m.name || '.' || p.name, p.type || p.\"notnull\" || COALESCE(p.dflt_value, '') || p.pk FROM \
             sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' UNION SELECT name, sql FROM \
             sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        }
        Kind::Postgres => {
            "SELECT table_name || '.' || column_name, data_type || is_nullable || COALESCE(column_default, '') FROM \
             information_schema.columns WHERE table_schema = 'public' UNION SELECT indexname::text, indexdef FROM \
             pg_indexes WHERE schemaname = 'public'"
        }
        Kind::Mariadb => {
            "SELECT CONCAT(table_name, '.', column_name), CONCAT(column_type, is_nullable, COALESCE(column_default, \
             ''), COALESCE(collation_name, '')) FROM information_schema.columns WHERE table_schema = DATABASE() UNION \
             SELECT CONCAT(table_name, ':', index_name, ':', seq_in_index), CONCAT(column_name, non_unique) FROM \
             information_schema.statistics WHERE table_schema = DATABASE()"
        }
    };
    let text = |row: &sea_orm::QueryResult, at| row.try_get_by_index::<String>(at).expect("text");
    database.rows(sql).await.iter().map(|row| (text(row, 0), text(row, 1))).collect()
}

fn differences(expected: &BTreeMap<String, String>, found: &BTreeMap<String, String>) -> Vec<String> {
    let names = expected.keys().chain(found.keys().filter(|name| !expected.contains_key(*name)));
    let differ = names.filter(|name| expected.get(*name) != found.get(*name));
    differ.map(|name| format!("{name} is {:?}, not {:?}", found.get(name), expected.get(name))).collect()
}
