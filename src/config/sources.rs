//! Where settings come from: the environment, `.env`, and the files that `NAME_FILE` points at.
//!
//! Never changes the process environment.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use super::Problem;
use super::checker::Checker;
use super::flat::Flat;

/// What was given, before any value is checked.
pub(super) struct Given {
    /// The values.
    pub(super) values: Flat,
    /// The files that values came from, by the name of the setting.
    pub(super) files: HashMap<&'static str, PathBuf>,
}

/// The process environment over `.env`, and what is wrong with that file.
///
/// A variable that is there but empty still hides the one in `.env`: it is how a setting is taken back.
pub(super) fn process_vars() -> (HashMap<String, String>, Vec<Problem>) {
    let (mut vars, problems) = dotenv_vars(Path::new(".env"));
    let environment = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    // A value that is not Unicode must be found malformed later, not replaced by the one in `.env`.
    vars.extend(environment.map(|(name, value)| (name, value.to_string_lossy().into_owned())));
    (vars, problems)
}

/// The variables of one `.env` file; a file that is not there holds none.
pub(super) fn dotenv_vars(path: &Path) -> (HashMap<String, String>, Vec<Problem>) {
    let problem = |expected: &str| vec![Problem { variable: ".env".to_owned(), expected: expected.to_owned() }];
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Default::default(),
        Err(_) => return (HashMap::new(), problem("a text file that can be read")),
    };
    let lines: Vec<String> = text.trim_start_matches('\u{feff}').lines().map(quoted).collect();
    let mut vars = HashMap::new();
    let mut problems = Vec::new();
    for pair in dotenvy::from_read_iter(lines.join("\n").as_bytes()) {
        match pair {
            Ok((name, value)) => drop(vars.insert(name, value)),
            // The error holds the line, which may hold a secret.
            Err(_) => problems = problem("lines of the form NAME=value, odd characters in single quotes"),
        }
    }
    (vars, problems)
}

/// Puts the value of `NAME=words with blanks` in quotes: `dotenvy` insists on them, people and Docker do not.
fn quoted(line: &str) -> String {
    match line.split_once('=') {
        Some((name, value)) if value.trim().contains(' ') && !value.contains(['"', '\'', '\\', '$', '#']) => {
            format!("{name}='{}'", value.trim())
        }
        _ => line.to_owned(),
    }
}

/// Looks up each name in both forms, `NAME` and `NAME_FILE`.
pub(super) fn gather(
    names: &[&'static str],
    vars: &HashMap<String, String>,
    read_file: impl Fn(&Path) -> io::Result<String>,
    checker: &mut Checker,
) -> Given {
    let mut values = Vec::new();
    let mut files = HashMap::new();
    for &name in names {
        let given = |name: &str| vars.get(name).filter(|value| !value.trim().is_empty());
        let file_name = format!("{name}_FILE");
        let value = match (given(name), given(&file_name)) {
            (Some(_), Some(_)) => Err(format!("either {name} or {file_name}, not both")),
            (value, None) => Ok(value.cloned()),
            (None, Some(path)) => {
                files.insert(name, PathBuf::from(path));
                from_file(Path::new(path), &read_file, &file_name)
            }
        };
        match value {
            Ok(value) => values.extend(value.map(|value| (name.to_owned(), value))),
            Err(expected) => checker.refuse(name, expected),
        }
    }
    // Every field is optional text, so there is nothing left that envy could refuse.
    let values = envy::from_iter(values).unwrap_or_default();
    Given { values, files }
}

/// The value in a file, without the newline that editors put at the end; `Err` says what is expected.
fn from_file(
    path: &Path,
    read_file: impl Fn(&Path) -> io::Result<String>,
    file_name: &str,
) -> Result<Option<String>, String> {
    let text = read_file(path).map_err(|_| format!("{file_name} to name a text file that can be read"))?;
    let value = text.trim_end_matches(['\r', '\n']);
    Ok((!value.trim().is_empty()).then(|| value.to_owned()))
}
