//! The cursor of a list: where the next page begins, as text that callers only hand back.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::view::instant;
use crate::domain::job::Job;
use crate::ports::JobCursor;

/// The cursor that continues after a job.
pub(super) fn after(job: &Job) -> String {
    let due_at = job.next_due_at.map(instant).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(format!("{}~{due_at}", job.id))
}

/// Reads a cursor; `None` when it is not one of ours.
pub(super) fn read(text: &str) -> Option<JobCursor> {
    let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let (id, due_at) = plain.split_once('~')?;
    let due_at = if due_at.is_empty() { None } else { Some(due_at.parse().ok()?) };
    Some(JobCursor { due_at, id: id.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::rig::job;

    #[test]
    fn a_cursor_comes_back_as_it_was() {
        for due_at in [None, Some("2026-11-22T06:55:00Z"), Some("2026-11-22T06:55:00.123456Z")] {
            let due_at = due_at.map(|text| text.parse().expect("instant"));
            let mut job = job(12);
            job.next_due_at = due_at;
            assert_eq!(read(&after(&job)), Some(JobCursor { due_at, id: 12 }));
        }
    }

    #[test]
    fn what_is_not_a_cursor_is_refused() {
        let foreign = ["", "12", "!!!!", &URL_SAFE_NO_PAD.encode("12"), &URL_SAFE_NO_PAD.encode("12~soon")];
        for text in foreign {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
