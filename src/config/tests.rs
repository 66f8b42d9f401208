//! Settings, held against their table.

use std::io;

use secrecy::ExposeSecret;

use super::*;

const REQUIRED: [(&str, &str); 6] = [
    ("WA_ACCESS_TOKEN", "EAAtoken-canary"),
    ("WA_PHONE_NUMBER_ID", "106540352242922"),
    ("WA_BUSINESS_ACCOUNT_ID", "102290129340398"),
    ("WA_APP_SECRET", "app-canary, previous-canary"),
    ("OWNER_WA_ID", "+1 555-000-7777"),
    ("VERIFY_TOKEN", "verify-canary"),
];

fn no_file(_: &Path) -> io::Result<String> {
    Err(io::ErrorKind::NotFound.into())
}

/// The required settings with changes on top; an empty value takes one away.
fn read(changes: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    read_with(changes, no_file)
}

fn read_with(
    changes: &[(&str, &str)],
    read_file: impl Fn(&Path) -> io::Result<String>,
) -> Result<Settings, ConfigError> {
    let vars = REQUIRED.iter().chain(changes).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Settings::from_vars(vars, read_file)
}

fn complaints(result: Result<Settings, ConfigError>) -> Vec<String> {
    result.err().map(|error| error.problems.into_iter().map(|p| p.variable).collect()).unwrap_or_default()
}

#[test]
fn the_required_settings_are_enough() {
    let settings = read(&[]).expect("valid");
    assert_eq!(settings.owner.phone.digits(), "15550007777");
    assert_eq!(settings.owner.zone, Tz::Asia__Jerusalem);
    assert_eq!(settings.owner.message_window, TimeDelta::hours(12));
    assert_eq!((settings.owner.reply_timeout, settings.owner.ask_first), (TimeDelta::minutes(5), true));
    assert_eq!(settings.database_url.expose_secret(), "sqlite://wa_scheduler.db");
    assert_eq!(settings.whatsapp.api_base_url, "https://graph.facebook.com");
    assert_eq!(settings.whatsapp.api_version, "v26.0");
    assert_eq!((settings.whatsapp.messages_per_second, settings.whatsapp.concurrent_sends), (80, 32));
    assert_eq!(settings.http.bind.to_string(), "0.0.0.0:8000");
    assert_eq!(settings.late_grace, TimeDelta::minutes(15));
    assert_eq!(settings.sweep, TimeDelta::seconds(15));
    assert_eq!(settings.retention, Keep::default());
    assert_eq!((settings.log.format, settings.log.filter.as_str()), (LogFormat::Json, "info"));
    assert!(settings.amqp.is_none() && settings.http.admin_token.is_none() && settings.http.base_url.is_none());
    let secrets: Vec<&str> = settings.whatsapp.app_secrets.iter().map(|s| s.expose_secret()).collect();
    assert_eq!(secrets, ["app-canary", "previous-canary"]);
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let result = Settings::from_vars(
        [("TZ".to_owned(), "Mars/Base".to_owned()), ("SWEEP_SECONDS".to_owned(), "0".to_owned())],
        no_file,
    );
    let missing: Vec<&str> = REQUIRED.iter().map(|(name, _)| *name).collect();
    let told = complaints(result);
    for name in missing.iter().chain(&["TZ", "SWEEP_SECONDS"]) {
        assert_eq!(told.iter().filter(|told| told == name).count(), 1, "{name} in {told:?}");
    }
    assert_eq!(told.len(), 8, "{told:?}");
}

#[test]
fn a_problem_is_one_line_that_names_the_variable_and_what_is_expected() {
    let error = read(&[("WA_ACCESS_TOKEN", ""), ("LOG_FORMAT", "xml")]).expect_err("refused");
    let shown = error.to_string();
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(
        lines,
        ["WA_ACCESS_TOKEN: expected a Cloud API access token; it is missing", "LOG_FORMAT: expected json or pretty"]
    );
}

#[test]
fn malformed_values_are_refused() {
    let table = [
        ("WA_ACCESS_TOKEN", "two words"),
        ("WA_PHONE_NUMBER_ID", "../me"),
        ("WA_BUSINESS_ACCOUNT_ID", "1?x=2"),
        ("WA_APP_SECRET", "one,,two"),
        ("WA_APP_SECRET", ","),
        ("OWNER_WA_ID", "me"),
        ("OWNER_WA_ID", "0123456789"),
        ("DATABASE_URL", "wa.db"),
        ("DATABASE_URL", "mongodb://localhost"),
        ("DATABASE_URL", "sqlite::memory:"),
        ("AMQP_URL", "http://localhost"),
        ("AMQP_DELAY", "both"),
        ("AMQP_QUEUES", "mirrored"),
        ("AMQP_PREFIX", "amq.bot"),
        ("BASE_URL", "bot.example.org"),
        ("BASE_URL", "https://"),
        ("BASE_URL", "https://:8000"),
        ("BASE_URL", "https://bot.example.org:many"),
        ("BASE_URL", "https://user@bot.example.org"),
        ("BASE_URL", "https://bot.example.org/?a=b"),
        ("WA_API_BASE_URL", "ftp://graph.facebook.com"),
        ("WA_API_VERSION", "26"),
        ("WA_MESSAGES_PER_SECOND", "0"),
        ("WA_MESSAGES_PER_SECOND", "-5"),
        ("WA_CONCURRENT_SENDS", "1e3"),
        ("WA_CONCURRENT_SENDS", "1001"),
        ("BIND_ADDRESS", "8000"),
        ("LOG_FORMAT", "text"),
        ("RUST_LOG", "a=b=c"),
        ("LATE_GRACE_SECONDS", "a while"),
        ("MESSAGE_WINDOW_HOURS", "99999999999999"),
        ("OWNER_REPLY_TIMEOUT_SECONDS", "0"),
        ("ASK_FIRST", "maybe"),
        ("OWNER_NOTIFY_TEMPLATE", "Owner Notify"),
        ("OWNER_NOTIFY_LANGUAGE", "english please"),
        ("TZ", "Jerusalem"),
        ("RETENTION_BODIES_DAYS", "6"),
        ("RETENTION_BODIES_DAYS", "for ever"),
        ("RETENTION_RECORDS_DAYS", "89"),
        ("RETENTION_RECORDS_DAYS", "3651"),
    ];
    for (name, value) in table {
        assert_eq!(complaints(read(&[(name, value)])), [name], "{name}={value}");
    }
}

#[test]
fn values_are_taken_as_people_write_them() {
    let settings = read(&[
        ("TZ", "europe/berlin"),
        ("BASE_URL", "https://bot.example.org/"),
        ("WA_API_BASE_URL", "http://[::1]:9000/"),
        ("AMQP_URL", "amqps://user:canary@mq/vhost"),
        ("AMQP_DELAY", "plugin"),
        ("X_ADMIN_TOKEN", "admin-canary"),
        ("BIND_ADDRESS", "[::1]:0"),
        ("LOG_FORMAT", "pretty"),
        ("RUST_LOG", "info,wa_scheduler=debug"),
    ])
    .expect("valid");
    assert_eq!(settings.owner.zone, Tz::Europe__Berlin);
    assert_eq!(settings.http.base_url.as_deref(), Some("https://bot.example.org"));
    assert_eq!(settings.whatsapp.api_base_url, "http://[::1]:9000");
    assert_eq!(settings.amqp.map(|amqp| amqp.delay), Some(AmqpDelay::Plugin));
    assert_eq!(settings.http.bind.port(), 0);
}

#[test]
fn a_record_is_kept_no_shorter_than_its_words() {
    let kept =
        |bodies: &str, records: &str| read(&[("RETENTION_BODIES_DAYS", bodies), ("RETENTION_RECORDS_DAYS", records)]);
    let days = |bodies, records| Keep { bodies: TimeDelta::days(bodies), records: TimeDelta::days(records) };
    assert_eq!(kept("7", "90").expect("valid").retention, days(7, 90));
    assert_eq!(kept("365", "365").expect("valid").retention, days(365, 365));
    let error = kept("365", "364").expect_err("refused").to_string();
    assert_eq!(error, "RETENTION_RECORDS_DAYS: expected at least as many days as RETENTION_BODIES_DAYS");
}

#[test]
fn every_setting_may_come_from_a_file() {
    for name in flat::NAMES {
        let file_name = format!("{name}_FILE");
        let result = read_with(&[(name, ""), (&file_name, "/nowhere")], no_file);
        assert_eq!(complaints(result), [*name], "{file_name}");
    }
}

#[test]
fn a_file_is_read_without_its_last_newline_and_remembered_for_the_token() {
    let files = |path: &Path| match path.to_str() {
        Some("/run/secrets/token") => Ok("EAAfromfile\r\n".to_owned()),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    let changes = [("WA_ACCESS_TOKEN", ""), ("WA_ACCESS_TOKEN_FILE", "/run/secrets/token")];
    let settings = read_with(&changes, files).expect("valid");
    assert_eq!(settings.whatsapp.access_token.expose_secret(), "EAAfromfile");
    assert_eq!(settings.whatsapp.token_file.as_deref(), Some(Path::new("/run/secrets/token")));
}

#[test]
fn both_forms_at_once_are_refused_and_an_empty_one_does_not_count() {
    let one_file = |_: &Path| Ok("from-file".to_owned());
    let both = read_with(&[("VERIFY_TOKEN_FILE", "/run/secrets/verify")], one_file).expect_err("refused");
    assert_eq!(both.to_string(), "VERIFY_TOKEN: expected either VERIFY_TOKEN or VERIFY_TOKEN_FILE, not both");
    assert!(read_with(&[("VERIFY_TOKEN_FILE", " ")], one_file).is_ok());
}

#[test]
fn an_empty_file_is_a_missing_setting() {
    let changes = [("VERIFY_TOKEN", ""), ("VERIFY_TOKEN_FILE", "/run/secrets/verify")];
    assert_eq!(complaints(read_with(&changes, |_| Ok("\n".to_owned()))), ["VERIFY_TOKEN"]);
}

#[test]
fn neither_debug_nor_a_problem_shows_a_secret() {
    let good = read(&[
        ("X_ADMIN_TOKEN", "admin-canary"),
        ("DATABASE_URL", "postgres://bot:canary@db/bot"),
        ("AMQP_URL", "amqp://bot:canary@mq"),
    ]);
    let shown = format!("{:?}", good.expect("valid"));
    assert!(!shown.contains("canary") && !shown.contains("1555000"), "{shown}");

    let bad = read(&[
        ("WA_ACCESS_TOKEN", "canary with blanks"),
        ("DATABASE_URL", "canary"),
        ("TZ", "canary"),
        ("BASE_URL", "canary"),
        ("RUST_LOG", "canary=canary=canary"),
    ]);
    let error = bad.expect_err("refused");
    assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
}

#[test]
fn a_single_setting_can_be_read_without_the_others() {
    let vars = |zone: &str| HashMap::from([("TZ".to_owned(), zone.to_owned())]);
    assert_eq!(zone_from_vars(&vars("UTC")).ok(), Some(Tz::UTC));
    assert_eq!(zone_from_vars(&HashMap::new()).ok(), Some(Tz::Asia__Jerusalem));
    assert_eq!(zone_from_vars(&vars("Nowhere")).expect_err("refused").problems.len(), 1);
}

/// Reads a `.env` file with these lines.
fn read_env_file(text: &str) -> (HashMap<String, String>, Vec<Problem>) {
    let path = std::env::temp_dir().join(format!("wa-scheduler-{}.env", uuid::Uuid::new_v4()));
    std::fs::write(&path, text).expect("written");
    let read = sources::dotenv_vars(&path);
    std::fs::remove_file(&path).expect("cleaned");
    read
}

#[test]
fn a_line_of_the_env_file_that_cannot_be_read_is_told_without_its_words() {
    let (vars, problems) =
        read_env_file("TZ=UTC\nWA_APP_SECRET canary\nVERIFY_TOKEN=can$(ary) canary\nLOG_FORMAT=json\n");
    assert_eq!(vars.get("LOG_FORMAT").map(String::as_str), Some("json"), "the lines that can be read are");
    assert_eq!(problems.len(), 1);
    assert!(!problems[0].to_string().contains("ary"), "{}", problems[0]);
}

#[test]
fn the_env_file_is_read_as_people_write_it() {
    let (vars, problems) =
        read_env_file("# a comment\n\nexport TZ=UTC\nOWNER_WA_ID=+1 555-000 7777\nVERIFY_TOKEN='a b$c' # why\n");
    assert_eq!(problems, []);
    let expected = [("TZ", "UTC"), ("OWNER_WA_ID", "+1 555-000 7777"), ("VERIFY_TOKEN", "a b$c")];
    assert_eq!(vars, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
}

#[test]
fn no_env_file_is_no_problem() {
    assert!(sources::dotenv_vars(Path::new("/nowhere/at/all/.env")).1.is_empty());
}

#[test]
fn the_example_file_names_every_setting_and_can_be_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(".env.example");
    let text = std::fs::read_to_string(&path).expect("the example");
    for name in flat::NAMES {
        let line = |line: &str| line.trim_start_matches('#').starts_with(&format!("{name}="));
        assert!(text.lines().any(line), "{name}");
    }
    assert!(sources::dotenv_vars(&path).1.is_empty());
}
