//! Series over clock changes: real posts at the instants of the owner's wall clock, in four zones.

use chrono::{DateTime, Utc};
use wa_scheduler::sandbox::WindowRule;

use crate::world::{World, at, text};

/// The zone, where the world begins, what is scheduled, and the instants of its posts.
struct Case {
    zone: &'static str,
    begins: &'static str,
    phrase: &'static str,
    posts: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        zone: "Asia/Jerusalem",
        begins: "2027-03-24T06:00:00Z",
        phrase: "every day at 02:15",
        // 26 March has no 02:15: moved forward on that day only.
        posts: &["2027-03-25T00:15:00Z", "2027-03-26T00:15:00Z", "2027-03-26T23:15:00Z", "2027-03-27T23:15:00Z"],
    },
    Case {
        zone: "Asia/Jerusalem",
        begins: "2027-10-29T06:00:00Z",
        phrase: "every day at 01:30",
        // 31 October has it twice: the first pass only.
        posts: &["2027-10-29T22:30:00Z", "2027-10-30T22:30:00Z", "2027-10-31T23:30:00Z"],
    },
    Case {
        zone: "Europe/London",
        begins: "2027-03-26T12:00:00Z",
        phrase: "every day at 01:30",
        posts: &["2027-03-27T01:30:00Z", "2027-03-28T01:30:00Z", "2027-03-29T00:30:00Z"],
    },
    Case {
        zone: "Europe/London",
        begins: "2027-10-29T12:00:00Z",
        phrase: "every day at 09:00",
        posts: &["2027-10-30T08:00:00Z", "2027-10-31T09:00:00Z", "2027-11-01T09:00:00Z"],
    },
    Case {
        zone: "America/New_York",
        begins: "2027-03-12T17:00:00Z",
        phrase: "every day at 02:30",
        posts: &["2027-03-13T07:30:00Z", "2027-03-14T07:30:00Z", "2027-03-15T06:30:00Z"],
    },
    Case {
        zone: "America/New_York",
        begins: "2027-11-05T17:00:00Z",
        phrase: "every day at 01:30",
        posts: &["2027-11-06T05:30:00Z", "2027-11-07T05:30:00Z", "2027-11-08T06:30:00Z"],
    },
    Case {
        zone: "Australia/Lord_Howe",
        begins: "2027-10-01T00:00:00Z",
        phrase: "every day at 02:10",
        // Half an hour is missing on 3 October.
        posts: &["2027-10-01T15:40:00Z", "2027-10-02T15:40:00Z", "2027-10-03T15:10:00Z"],
    },
    Case {
        zone: "Australia/Lord_Howe",
        begins: "2027-04-02T00:00:00Z",
        phrase: "every day at 08:00",
        posts: &["2027-04-02T21:00:00Z", "2027-04-03T21:30:00Z", "2027-04-04T21:30:00Z"],
    },
    Case {
        zone: "Asia/Jerusalem",
        begins: "2026-10-24T18:00:00Z",
        phrase: "every 4 hours",
        // Elapsed time, whatever the clocks do.
        posts: &["2026-10-24T22:00:00Z", "2026-10-25T02:00:00Z", "2026-10-25T06:00:00Z"],
    },
];

#[actix_web::test]
async fn each_occurrence_is_posted_at_its_wall_clock_over_both_clock_changes() {
    for case in CASES {
        let begins: DateTime<Utc> = at(case.begins);
        let mut world = World::with(|scenery| {
            scenery.start = begins;
            scenery.settings.push(("TZ".to_owned(), case.zone.to_owned()));
        })
        .await;
        world.register_team().await;
        world.stage.emulator.set_window_rule(WindowRule::Off);
        let answer = world.owner(&format!("schedule \"on time\" to team at {}", case.phrase)).await;
        assert!(text(&answer).starts_with("#1 "), "{}", text(&answer));
        for (number, due) in case.posts.iter().enumerate() {
            let name = format!("{} {} {due}", case.zone, case.phrase);
            let (_, job) = world.get("/jobs/1").await;
            assert_eq!(job["next_due_at"], *due, "{name}");
            world.set(&(at(due) - chrono::TimeDelta::seconds(1)).to_rfc3339()).await;
            world.quiet().await;
            assert_eq!(world.posts().len(), number, "{name}");
            world.set(due).await;
            world.post(number).await;
        }
        world.quiet().await;
        let posts = world.get("/jobs/1").await.1["posts"].as_array().cloned().unwrap_or_default();
        assert!(posts.len() == case.posts.len() && posts.iter().all(|post| post["state"] == "accepted"), "{posts:?}");
        world.end().await;
    }
}

#[actix_web::test]
async fn a_change_of_the_zone_data_moves_what_is_pending_and_the_owner_is_told() {
    let mut world = World::with_team().await;
    world.owner("schedule \"once\" to team at tomorrow 09:00").await;
    world.owner("schedule \"often\" to team at every day 12:00").await;
    world.owner("schedule \"soon\" to team in 3 hours").await;
    world.stage.stop_daemon().await.expect("stopped");
    // As if these had been worked out when the clocks of the zone were thought to be an hour off.
    world.database.execute("UPDATE jobs SET next_due_at = next_due_at + 3600000000 WHERE id < 3").await;
    world
        .database
        .execute("UPDATE sessions SET state = REPLACE(state, '\"zone_data\":\"', '\"zone_data\":\"old ')")
        .await;
    Box::pin(world.stage.start_daemon()).await.expect("started");
    let told = world.hear("what moved").await;
    for expected in ["#1 Asia/Jerusalem: Mon 23 Nov 2026, 10:00 → Mon 23 Nov 2026, 09:00", "#2 Asia/Jerusalem"] {
        assert!(text(&told).contains(expected), "{}", text(&told));
    }
    assert!(!text(&told).contains("#3"), "{}", text(&told));
    for (id, due) in [(1, "2026-11-23T07:00:00Z"), (2, "2026-11-22T10:00:00Z"), (3, "2026-11-22T09:00:00Z")] {
        assert_eq!(world.get(&format!("/jobs/{id}")).await.1["next_due_at"], due, "#{id}");
    }
    world.restart().await;
    world.quiet().await;
    assert!(world.unheard().is_empty(), "once");
    world.end().await;
}

#[actix_web::test]
async fn a_series_is_scheduled_over_http_as_well() {
    let world = World::with_team().await;
    let body = serde_json::json!({ "groups": ["team"], "text": "often", "when": "every day 12:00" });
    let (status, job) = world.post_json("/jobs", &body, &[]).await;
    assert_eq!((status, &job["recurrence"]), (201, &serde_json::json!("every day 12:00")));
    world.set("2026-11-22T10:00:00Z").await;
    assert_eq!(text(&world.post(0).await), "often");
    assert_eq!(world.get("/jobs/1").await.1["next_due_at"], "2026-11-23T10:00:00Z");
    world.end().await;
}
