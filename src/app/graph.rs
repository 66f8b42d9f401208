//! The wiring of the actors: who sends to whom, started from the leaves.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use actix::{Actor, Addr, Handler, Recipient};
use chrono::TimeDelta;
use futures::future::BoxFuture;
use tokio::task::JoinHandle;

use super::cleaner::Cleaner;
use crate::actors::correlation::{self, CorrelationActor};
use crate::actors::owner_session::{self, OwnerSessionActor};
use crate::actors::scheduler::{self, SchedulerActor};
use crate::actors::sender::{self, SenderActor};
use crate::actors::supervision::{Watch, supervise};
use crate::actors::webhook::{self, WebhookActor};
use crate::config::Settings;
use crate::domain::claim::LateRule;
use crate::domain::notice::OwnerDesk;
use crate::domain::pace::Pace;
use crate::domain::when;
use crate::http::{HttpState, Token, WebhookSettings};
use crate::messages::{Deliver, Sweep, Wake};
use crate::ports::{Clock, WakeQueue};
use crate::store::Store;
use crate::wake::embedded::Timer;
use crate::wake::{EmbeddedAlarm, RabbitWake};
use crate::whatsapp::client::CloudApi;
use crate::whatsapp::decode::WebhookDecoder;
use crate::{telemetry, ticker};

/// How often the samples of the histograms are folded.
const FOLD_EVERY: TimeDelta = TimeDelta::seconds(30);

/// The actors, started and wired, and the timers that wait for being run.
pub(super) struct Graph {
    webhook: Addr<WebhookActor>,
    owner_session: Addr<OwnerSessionActor>,
    scheduler: Addr<SchedulerActor>,
    sender: Addr<SenderActor>,
    watches: Vec<Watch>,
    wake: Timer,
    alarm: Timer,
    broker: Option<BoxFuture<'static, ()>>,
}

/// What every actor may need.
struct Materials<'a> {
    settings: &'a Settings,
    desk: &'a OwnerDesk,
    store: &'a Arc<Store>,
    clock: &'a Arc<dyn Clock>,
    cloud: Arc<CloudApi>,
}

impl Graph {
    /// Starts the leaves first, so that whoever sends always has somebody to send to.
    pub(super) fn start(
        settings: &Settings,
        desk: &OwnerDesk,
        store: &Arc<Store>,
        clock: &Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let cloud = Arc::new(CloudApi::new(super::client_settings(settings))?);
        let with = Materials { settings, desk, store, clock, cloud };
        let (slots, wake) = EmbeddedAlarm::new();
        let (repetitions, alarm) = EmbeddedAlarm::new();
        let (queue, broker) = with.broker(&slots).unzip();
        let (sender, sender_end) = supervise("sender", with.sender(repetitions));
        let deliver = || sender.clone().recipient();
        let (correlation, correlation_end) = supervise("correlation", with.correlation(deliver()));
        let (scheduler, scheduler_end) = supervise("scheduler", with.scheduler(slots, queue, deliver()));
        let links = owner_session::Links {
            schedule: scheduler.clone().recipient(),
            cancel: scheduler.clone().recipient(),
            amend: scheduler.clone().recipient(),
            undo: scheduler.clone().recipient(),
            answer: correlation.clone().recipient(),
            deliver: deliver(),
            settle: sender.clone().recipient(),
            owner_wrote: sender.clone().recipient(),
        };
        let (owner_session, owner_session_end) = supervise("owner_session", with.owner_session(links));
        let links = webhook::Links {
            owner: owner_session.clone().recipient(),
            correlation: correlation.recipient(),
            sender: sender.clone().recipient(),
            deliver: deliver(),
        };
        let (webhook, webhook_end) = supervise("webhook", with.webhook(links));
        let watches = vec![webhook_end, owner_session_end, scheduler_end, correlation_end, sender_end];
        Ok(Self { webhook, owner_session, scheduler, sender, watches, wake, alarm, broker })
    }

    /// What the HTTP side reaches.
    pub(super) fn http_state(
        &self,
        settings: &Settings,
        store: &Arc<Store>,
        clock: &Arc<dyn Clock>,
        draining: &Arc<AtomicBool>,
    ) -> HttpState {
        let metrics = telemetry::metrics();
        HttpState {
            inbox_entry: self.webhook.clone().recipient(),
            schedule: self.scheduler.clone().recipient(),
            cancel: self.scheduler.clone().recipient(),
            repair: self.owner_session.clone().recipient(),
            people: store.clone(),
            jobs: store.clone(),
            outbox: store.clone(),
            directory: store.clone(),
            inbox: store.clone(),
            health: store.clone(),
            clock: clock.clone(),
            draining: draining.clone(),
            webhook: WebhookSettings {
                app_secrets: settings.whatsapp.app_secrets.clone(),
                verify_token: Token::new(&settings.whatsapp.verify_token),
                phone_number_id: settings.whatsapp.phone_number_id.clone(),
                business_account_id: settings.whatsapp.business_account_id.clone(),
            },
            admin: settings.http.admin_token.as_ref().map(Token::new),
            zone: settings.owner.zone,
            sessions: store.clone(),
            metrics: Arc::new(move || metrics.render()),
        }
    }

    /// Lets the timers and the ticker knock; gives up the last addresses held here.
    pub(super) fn set_going(
        self,
        settings: &Settings,
        store: &Arc<Store>,
        clock: &Arc<dyn Clock>,
    ) -> (Vec<JoinHandle<()>>, Vec<Watch>) {
        let sweepers = vec![sweep_of(&self.webhook), sweep_of(&self.scheduler), sweep_of(&self.sender)];
        let look = || Deliver { entries: Vec::new() };
        let cleaner =
            Cleaner { retention: store.clone(), people: store.clone(), clock: clock.clone(), keep: settings.retention };
        let mut knockers = vec![
            actix::spawn(self.wake.run(clock.clone(), self.scheduler.recipient(), || Wake)),
            actix::spawn(self.alarm.run(clock.clone(), self.sender.recipient(), look)),
            actix::spawn(ticker::run(clock.clone(), settings.sweep, sweepers)),
            actix::spawn(fold_samples(clock.clone())),
            actix::spawn(keep_agreeing(clock.clone(), store.clone(), settings.sweep)),
            actix::spawn(cleaner.run()),
        ];
        knockers.extend(self.broker.map(actix::spawn));
        (knockers, self.watches)
    }
}

/// Compares the clock with the database's again and again: one of them may be set, or drift.
async fn keep_agreeing(clock: Arc<dyn Clock>, store: Arc<Store>, every: TimeDelta) {
    loop {
        clock.sleep_until(clock.now() + every).await;
        if let Err(error) = super::agree(clock.as_ref(), &store).await {
            tracing::debug!(%error, "the time of the database is not known now");
        }
    }
}

/// Folds the samples of the histograms into their buckets: without it they would pile up while nobody scrapes.
async fn fold_samples(clock: Arc<dyn Clock>) {
    loop {
        clock.sleep_until(clock.now() + FOLD_EVERY).await;
        telemetry::metrics().run_upkeep();
    }
}

fn sweep_of<A: Actor<Context = actix::Context<A>> + Handler<Sweep>>(actor: &Addr<A>) -> Recipient<Sweep> {
    actor.clone().recipient()
}

impl Materials<'_> {
    /// The broker as a wake queue, if the settings name one, and the work of taking tickets from it.
    fn broker(&self, alarm: &EmbeddedAlarm) -> Option<(Arc<dyn WakeQueue>, BoxFuture<'static, ()>)> {
        let broker = super::broker(self.settings.amqp.as_ref()?);
        let (queue, taking) = RabbitWake::new(broker, self.clock.clone(), Arc::new(alarm.clone()));
        Some((Arc::new(queue), Box::pin(taking)))
    }

    fn sender(&self, alarm: EmbeddedAlarm) -> SenderActor {
        SenderActor::new(sender::Parts {
            outbox: self.store.clone(),
            breakers: self.store.clone(),
            messenger: self.cloud.clone(),
            directory: self.store.clone(),
            alarm: Arc::new(alarm),
            clock: self.clock.clone(),
            desk: self.desk.clone(),
            late: LateRule { grace: self.settings.late_grace },
            pace: Pace::per_second(self.settings.whatsapp.messages_per_second),
            concurrent_sends: self.settings.whatsapp.concurrent_sends,
        })
    }

    fn scheduler(
        &self,
        alarm: EmbeddedAlarm,
        wake: Option<Arc<dyn WakeQueue>>,
        deliver: Recipient<Deliver>,
    ) -> SchedulerActor {
        let parts = scheduler::Parts {
            jobs: self.store.clone(),
            outbox: self.store.clone(),
            alarm: Arc::new(alarm),
            wake,
            clock: self.clock.clone(),
            late: LateRule { grace: self.settings.late_grace },
            desk: self.desk.clone(),
            zone: self.settings.owner.zone,
            sessions: self.store.clone(),
        };
        SchedulerActor::new(parts, scheduler::Links { deliver })
    }

    fn correlation(&self, deliver: Recipient<Deliver>) -> CorrelationActor {
        let parts = correlation::Parts {
            replies: self.store.clone(),
            outbox: self.store.clone(),
            directory: self.store.clone(),
            clock: self.clock.clone(),
            owner: self.settings.owner.phone.clone(),
            window: self.settings.owner.message_window,
        };
        CorrelationActor::new(parts, correlation::Links { deliver })
    }

    fn owner_session(&self, links: owner_session::Links) -> OwnerSessionActor {
        let parts = owner_session::Parts {
            directory: self.store.clone(),
            jobs: self.store.clone(),
            outbox: self.store.clone(),
            history: self.store.clone(),
            preferences: self.store.clone(),
            sessions: self.store.clone(),
            messenger: self.cloud.clone(),
            clock: self.clock.clone(),
            owner: self.settings.owner.phone.clone(),
            settings: when::Settings::new(self.settings.owner.zone),
            guarded: self.settings.owner.ask_first,
            timeout: self.settings.owner.reply_timeout,
        };
        OwnerSessionActor::new(parts, links)
    }

    fn webhook(&self, links: webhook::Links) -> WebhookActor {
        let parts = webhook::Parts {
            inbox: self.store.clone(),
            decoder: Arc::new(WebhookDecoder),
            directory: self.store.clone(),
            clock: self.clock.clone(),
            owner: self.desk.owner.clone(),
        };
        WebhookActor::new(parts, links)
    }
}
