//! What the owner prefers: the time zone, whom not to hear for a while, when a group is left in peace.

use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Tz;

use super::batch::{Batch, Turn};
use crate::domain::amend::Amendment;
use crate::domain::command::{self, ZoneJobs};
use crate::domain::content::Content;
use crate::domain::group::Quiet;
use crate::domain::job::JobState;
use crate::domain::member::Member;
use crate::domain::when::{Language, Understood, understand, zone_like, zone_named};
use crate::domain::wording;
use crate::messages::Unavailable;

impl Batch<'_> {
    /// `timezone Europe/London`: asks what becomes of what is scheduled by the old one.
    pub(super) async fn timezone(
        &mut self,
        name: Option<&str>,
        jobs: Option<ZoneJobs>,
        turn: &Turn,
    ) -> Result<Option<Content>, Unavailable> {
        let (old, language) = (self.zone(), turn.language);
        let Some(name) = name else { return Ok(Some(wording::zone_is(old, self.now, language))) };
        let Some(new) = zone_named(name) else {
            return Ok(Some(wording::no_such_zone(name, zone_like(name), language)));
        };
        match jobs {
            Some(ZoneJobs::Keep) => return Ok(Some(wording::moments_kept(language))),
            Some(ZoneJobs::From(from)) => return self.keep_clocks(&from, new, turn).await.map(Some),
            None if new == old => return Ok(Some(wording::zone_is(old, self.now, language))),
            None => self.session.zone = Some(new),
        }
        let by_the_old = self.jobs_by(old).await?;
        if by_the_old.is_empty() {
            return Ok(Some(wording::zone_changed(old, new, language)));
        }
        let (question, labels) = wording::zone_question(old, new, by_the_old.len(), language);
        self.ask_which(&question, &labels, command::zone_words(old, new, language), turn);
        Ok(None)
    }

    /// What is scheduled by the clock of one zone keeps its wall clock in another.
    async fn keep_clocks(&mut self, from: &str, zone: Tz, turn: &Turn) -> Result<Content, Unavailable> {
        let ids = match zone_named(from) {
            Some(from) => self.jobs_by(from).await?,
            None => Vec::new(),
        };
        let (moved, not) = self.amend_many(&ids, &Amendment::Rezone(zone), turn).await?;
        Ok(wording::clocks_kept(moved.len(), not, zone, turn.language))
    }

    /// What is pending by the clock of a zone.
    async fn jobs_by(&self, zone: Tz) -> Result<Vec<i64>, Unavailable> {
        self.ids_of(&[JobState::Active, JobState::Paused], |job| job.zone == zone).await
    }

    /// `mute ana 1d`.
    pub(super) async fn mute(&mut self, who: &str, phrase: &str, turn: &Turn) -> Result<Option<Content>, Unavailable> {
        let until = match self.until(phrase, turn.meant_at) {
            Ok(until) => until,
            Err(content) => return Ok(Some(content(turn.language, who))),
        };
        let people = self.work.parts.preferences.called(who).await?;
        match people.as_slice() {
            [] => Ok(Some(wording::nobody(who, turn.language))),
            [one] => self.set_muted(one, Some(until), turn.language).await.map(Some),
            several => {
                self.ask_whom(who, several, |number| command::mute_words(number, phrase, turn.language), turn);
                Ok(None)
            }
        }
    }

    /// `unmute ana`.
    pub(super) async fn unmute(&mut self, who: &str, turn: &Turn) -> Result<Option<Content>, Unavailable> {
        let people = self.work.parts.preferences.called(who).await?;
        match people.as_slice() {
            [] => Ok(Some(wording::nobody(who, turn.language))),
            [one] => self.set_muted(one, None, turn.language).await.map(Some),
            several => {
                self.ask_whom(who, several, |number| command::unmute_words(number, turn.language), turn);
                Ok(None)
            }
        }
    }

    fn ask_whom(&mut self, who: &str, people: &[Member], command: impl Fn(&str) -> String, turn: &Turn) {
        let numbered: Vec<Member> = people.iter().filter(|member| member.person.phone.is_some()).cloned().collect();
        let (question, labels) = wording::which_person(who, &numbered, turn.language);
        let numbers = numbered.iter().filter_map(|member| member.person.phone.as_ref());
        let commands = numbers.map(|phone| command(phone.digits())).collect();
        self.ask_which(&question, &labels, commands, turn);
    }

    async fn set_muted(
        &self,
        member: &Member,
        until: Option<DateTime<Utc>>,
        language: Language,
    ) -> Result<Content, Unavailable> {
        self.work.parts.preferences.mute(member.id, until).await?;
        Ok(wording::muted(member, until, self.zone(), language))
    }

    /// When a pause of hearing somebody ends: an amount of time, or a time.
    fn until(
        &self,
        phrase: &str,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, impl Fn(Language, &str) -> Content + use<>> {
        let understood = understand(phrase, now, &self.settings());
        let refusal = match understood {
            Ok(Understood::Once(moment)) => return Ok(moment.at),
            Ok(Understood::Repeats(_)) => None,
            Err(refusal) => Some(refusal),
        };
        Err(move |language: Language, who: &str| wording::mute_refused(refusal.as_ref(), who, language))
    }

    /// `quiet team 22:00-07:00`.
    pub(super) async fn quiet(
        &mut self,
        name: &str,
        hours: Option<(NaiveTime, NaiveTime)>,
        language: Language,
    ) -> Result<Content, Unavailable> {
        let names = [name.to_owned()];
        let found = super::schedule::resolve(self.groups().await?, &names).ok().and_then(|g| g.into_iter().next());
        let Some(group) = found else { return Ok(wording::not_registered(name, language)) };
        let hours = hours.map(|(from, to)| Quiet { from, to });
        self.work.parts.preferences.quiet(&group.alias, hours).await?;
        self.forget_groups();
        Ok(wording::quiet(&group.alias, hours, language))
    }
}
