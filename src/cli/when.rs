//! `wa-scheduler when`: how a time phrase is understood, without a daemon.

use std::io::{self, Write};

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use clap::Args;
use serde_json::json;

use super::Failure;
use crate::clock::SystemClock;
use crate::config;
use crate::domain::when::{
    Refusal, Settings, Understood, ZONE_DATA, confirm, confirm_series, is_outdated, understand, zone_named,
};
use crate::ports::Clock;

/// What `when` is asked.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wa-scheduler when \"tomorrow 9am\"
  wa-scheduler when \"next friday 18:30\" --tz Europe/Berlin
  wa-scheduler when \"in 90 minutes\" --now 2026-11-22T08:00:00+02:00 --json")]
pub(super) struct WhenArgs {
    /// The phrase, as it would stand after `at`
    phrase: String,
    /// The instant to count from (RFC 3339); the present one when absent
    #[arg(long, value_name = "RFC3339", value_parser = instant)]
    now: Option<DateTime<Utc>>,
    /// The zone to read the phrase in (IANA name); the setting TZ when absent
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    tz: Option<Tz>,
    /// How many instants to show of a phrase that repeats
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000))]
    count: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn instant(text: &str) -> Result<DateTime<Utc>, &'static str> {
    text.parse().map_err(|_| "expected an instant such as 2026-11-22T08:55:00+02:00")
}

fn zone(text: &str) -> Result<Tz, &'static str> {
    zone_named(text).ok_or("expected an IANA zone such as Asia/Jerusalem")
}

/// What is printed, and where.
struct Answer {
    stdout: String,
    stderr: String,
    understood: bool,
}

/// Reads the phrase and prints what it means, or why it means nothing.
pub(super) fn run(args: &WhenArgs) -> Result<(), Failure> {
    let zone = match args.tz {
        Some(zone) => zone,
        None => config::zone()?,
    };
    let answer = answer(args, zone, args.now.unwrap_or_else(|| SystemClock::default().now()));
    io::stderr().lock().write_all(answer.stderr.as_bytes())?;
    io::stdout().lock().write_all(answer.stdout.as_bytes())?;
    if answer.understood { Ok(()) } else { Err(Failure::No) }
}

fn answer(args: &WhenArgs, zone: Tz, now: DateTime<Utc>) -> Answer {
    let settings = Settings::new(zone);
    let warning = if is_outdated(zone) {
        format!("warning: the rules of {zone} changed after the zone data ({ZONE_DATA}); times may be an hour off\n")
    } else {
        String::new()
    };
    let (instants, notes) = match understand(&args.phrase, now, &settings) {
        Ok(Understood::Once(moment)) => (vec![shown(moment.at, zone)], confirm(&moment, now, &settings)),
        Ok(Understood::Repeats(rule)) => {
            let next = rule.after(now).take(args.count as usize);
            (next.map(|at| shown(at, zone)).collect(), confirm_series(&rule, now, &settings))
        }
        Err(refusal) => return refused(&refusal, args.json),
    };
    let lines: Vec<&String> = instants.iter().collect();
    let stdout = if args.json {
        format!("{}\n", json!({"instants": lines, "notes": notes}))
    } else {
        lines.iter().map(|line| format!("{line}\n")).collect()
    };
    Answer { stdout, stderr: warning, understood: true }
}

fn refused(refusal: &Refusal, as_json: bool) -> Answer {
    let stderr = format!("{}: {refusal}\n", refusal.code.as_str());
    let page = json!({"error": {
        "code": refusal.code.as_str(),
        "message": refusal.message,
        "span": [refusal.span.start, refusal.span.end],
        "suggestions": refusal.suggestions,
    }});
    let stdout = if as_json { format!("{page}\n") } else { String::new() };
    Answer { stdout, stderr, understood: false }
}

/// RFC 3339 with the offset of the zone, and a fraction only when there is one.
fn shown(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::AutoSi, false)
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::Value;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: WhenArgs,
    }

    fn asked(line: &[&str]) -> Answer {
        let args = Line::try_parse_from([&["when"], line].concat()).unwrap_or_else(|error| panic!("{error}")).args;
        let now = args.now.unwrap_or_else(|| "2026-11-21T10:00:00Z".parse().expect("instant"));
        answer(&args, args.tz.unwrap_or(Tz::Asia__Jerusalem), now)
    }

    #[test]
    fn a_moment_is_one_line_with_the_offset_of_the_zone() {
        assert_eq!(asked(&["tomorrow 9am"]).stdout, "2026-11-22T09:00:00+02:00\n");
        assert_eq!(asked(&["tomorrow 9am", "--tz", "utc"]).stdout, "2026-11-22T09:00:00+00:00\n");
        let later = ["tomorrow 9am", "--now", "2026-07-01T00:00:00+03:00"];
        assert_eq!(asked(&later).stdout, "2026-07-02T09:00:00+03:00\n");
    }

    #[test]
    fn a_zone_whose_rules_changed_since_is_warned_of_beside_the_answer() {
        let answer = asked(&["tomorrow 9am", "--tz", "America/Vancouver"]);
        assert!(answer.understood && answer.stdout.starts_with("2026-11-22T09:00:00"), "{}", answer.stdout);
        assert!(answer.stderr.starts_with("warning: "), "{}", answer.stderr);
        assert!(asked(&["tomorrow 9am"]).stderr.is_empty());
    }

    #[test]
    fn a_fraction_is_shown_when_there_is_one() {
        assert_eq!(asked(&["2026-11-22T08:55:00.250Z"]).stdout, "2026-11-22T10:55:00.250+02:00\n");
    }

    #[test]
    fn a_refusal_goes_to_standard_error_with_its_code() {
        let answer = asked(&["2020-01-01T00:00:00Z"]);
        assert!(!answer.understood && answer.stdout.is_empty());
        assert!(answer.stderr.starts_with("E_PAST: "), "{}", answer.stderr);
    }

    #[test]
    fn json_says_the_same_to_programs() {
        let good: Value = serde_json::from_str(&asked(&["tomorrow 9am", "--json"]).stdout).expect("JSON");
        assert_eq!(good["instants"], json!(["2026-11-22T09:00:00+02:00"]));
        assert!(good["notes"].is_string());
        let bad: Value = serde_json::from_str(&asked(&["blorp", "--json"]).stdout).expect("JSON");
        assert_eq!(bad["error"]["code"], "E_UNKNOWN_WORD");
        assert_eq!(bad["error"]["span"], json!([0, 5]));
        assert!(bad["error"]["message"].is_string() && bad["error"]["suggestions"].is_array());
    }

    #[test]
    fn an_option_that_cannot_be_read_is_wrong_usage() {
        for line in [["x", "--now", "yesterday"], ["x", "--tz", "Mars"], ["x", "--count", "0"]] {
            let error = Line::try_parse_from([&["when"], &line[..]].concat()).err().expect("refused");
            assert_eq!(error.exit_code(), 2, "{line:?}");
        }
    }
}
