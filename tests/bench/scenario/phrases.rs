//! How fast the owner's words are read, on one core, with no daemon around.

use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use wa_scheduler::domain::command::parse;
use wa_scheduler::domain::when::{Rule, Settings, Understood, understand, zone_named};

use crate::report::Report;

/// How long each figure is measured.
const FOR: Duration = Duration::from_secs(2);
/// Phrases of every kind that name one moment.
const ONCE: &[&str] = &[
    "today 17:30",
    "tomorrow 9am",
    "in 2 hours and 10 minutes",
    "next friday 12:30",
    "12 june at 10:00",
    "half past 8",
    "9am Europe/London",
    "2026-06-12T16:00:00+02:00",
    "מחר ב-9",
    "ביום שישי הבא ב-9:30",
    "בעוד שעתיים",
];
/// Series of every kind.
const SERIES: &[&str] = &[
    "every weekday at 8:50",
    "every 2 weeks on monday 10:00",
    "on the last friday of the month at 17:00",
    "every 15 minutes",
    "monthly on the 1st and 15th at 9",
    "FREQ=WEEKLY;BYDAY=WE;BYHOUR=8;BYMINUTE=15",
];

/// Phrases and commands read per second, and the time to the next occurrence of a series.
pub async fn read(report: &mut Report) -> anyhow::Result<()> {
    let now: DateTime<Utc> = "2026-06-10T06:30:00Z".parse()?;
    let settings = Settings::new(zone_named("Asia/Jerusalem").expect("a zone"));
    let per_second = |work: &dyn Fn(usize)| {
        let (began, mut done) = (Instant::now(), 0_usize);
        while began.elapsed() < FOR {
            (0..100).for_each(|number| work(done + number));
            done += 100;
        }
        done as f64 / began.elapsed().as_secs_f64()
    };
    let once = per_second(&|number| drop(black_box(understand(ONCE[number % ONCE.len()], now, &settings))));
    report.add("phrases of one moment", format!("{once:.0}/s"), "one core; aim 200,000");
    let series = per_second(&|number| drop(black_box(understand(SERIES[number % SERIES.len()], now, &settings))));
    report.add("phrases of a series", format!("{series:.0}/s"), "one core");
    let command = "schedule \"Daily sync at 09:00\" to team, parents at tomorrow 08:55";
    let commands = per_second(&|_| {
        black_box(parse(command).is_ok());
    });
    report.add("commands", format!("{commands:.0}/s"), "one core");
    let rules: Vec<Rule> = SERIES
        .iter()
        .filter_map(|phrase| match understand(phrase, now, &settings) {
            Ok(Understood::Repeats(rule)) => Some(rule),
            _ => None,
        })
        .collect();
    anyhow::ensure!(rules.len() == SERIES.len(), "every phrase repeats");
    for (phrase, rule) in SERIES.iter().zip(&rules) {
        let next = per_second(&|number| {
            let from = now + chrono::TimeDelta::hours(number as i64 % 20_000);
            black_box(rule.after(from).next());
        });
        report.add("next occurrence", format!("{:.2} µs", 1e6 / next), phrase);
    }
    Ok(())
}
