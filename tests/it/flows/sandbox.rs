//! `wa-scheduler sandbox`, as somebody starts it who has no terminal.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::world::http_client;

#[actix_web::test]
async fn an_input_that_ends_leaves_the_sandbox_running_until_it_is_told_to_stop() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_wa-scheduler"))
        .arg("sandbox")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary");
    let mut lines = BufReader::new(child.stdout.take().expect("its output"));
    let mut greeting = |begins: &str| {
        let line = lines.by_ref().lines().map_while(Result::ok).find(|line| line.starts_with(begins));
        line.and_then(|line| line.split_whitespace().nth(1).map(str::to_owned)).expect("the greeting")
    };
    let (daemon, folder) = (greeting("daemon"), greeting("database"));
    let ready = http_client().get(format!("{daemon}/readyz")).send().await.expect("an answer");
    assert_eq!(ready.status(), 200);
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill");
    assert_eq!(child.wait().expect("an end").code(), Some(0));
    assert!(!Path::new(&folder).exists(), "the temporary database is left behind");
}
