//! Bugs that the daemons are told to have: how many runs, chosen by the seed, it takes until the checker finds each.

use wa_scheduler::failpoint::IN_A_LIFE;

use crate::chance::Chance;
use crate::report::{Report, Run};
use crate::{Options, crash, turnstile};

/// Runs that a bug may survive.
const MOST: usize = 60;

/// Every bug in the life of a message, one after the other; crashes and turns of two daemons by turns.
pub async fn campaign(options: &Options, report: &mut Report) {
    for bug in IN_A_LIFE.into_iter().filter(|bug| options.concerns(bug)) {
        let options = Options { planted: Some(bug), only: None, ..options.clone() };
        let most = options.most.unwrap_or(MOST);
        let mut chance = Chance::new(options.seed);
        let (mut runs, mut caught) = (0, None);
        while runs < most && caught.is_none() {
            runs += 1;
            let run = if runs % 2 == 0 {
                crash::any(&mut chance, &options).await
            } else {
                turnstile::any(&mut chance, &options).await
            };
            caught = run.findings.first().map(|finding| format!("{}: {finding}", run.label));
        }
        let findings = if caught.is_none() { vec![format!("not caught in {runs} runs")] } else { Vec::new() };
        report.figure(&format!("{bug}: run {runs}, {}", caught.unwrap_or_default()));
        report.add(Run { label: bug.to_owned(), deaths: 0, findings });
    }
}
