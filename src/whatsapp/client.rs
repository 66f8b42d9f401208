//! Sends to the Cloud API: one attempt is one request on one connection of its own.
//!
//! It never repeats a request, follows a redirect, or uses a proxy that the settings of this program do not name, so
//! that an outcome means what it says and the token goes to the configured server alone. A fresh connection for every
//! request is what makes "could not connect" a proof that nothing was sent.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, InvalidHeaderValue};
use reqwest::{Client, RequestBuilder, Url};
use serde::Deserialize;

use super::answer::{Answer, unanswered};
use super::lenient::{Text, owned};
use super::token::{Token, TokenSource};
use super::wire::request_body;
use crate::domain::address::GroupId;
use crate::domain::outbox::Outcome;
use crate::domain::refusal::{Class, Refusal};
use crate::failpoint::failpoint;
use crate::ports::{Departure, GroupCheck, Messenger};

const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// Codes that say that there is no such group: no such object, an unknown id, unknown to us, not in it.
const NO_SUCH_GROUP: [i64; 5] = [33, 100, 803, 131_041, 131_212];
/// The code of a group that Meta has suspended.
const SUSPENDED: i64 = 131_207;

/// How long a request may take.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// To connect: name, TCP and TLS.
    pub connect: Duration,
    /// Until the answer of a send has been read.
    pub send: Duration,
    /// Until the answer to a question has been read.
    pub ask: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), send: Duration::from_secs(30), ask: Duration::from_secs(3) }
    }
}

/// Where the Cloud API is and who we are there.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// `https://graph.facebook.com`; an `http://` one for an emulator.
    pub base_url: String,
    /// `v26.0`.
    pub version: String,
    /// The number that sends.
    pub phone_number_id: String,
    /// The account it belongs to.
    pub business_account_id: String,
    /// The access token.
    pub token: TokenSource,
    /// How long a request may take.
    pub timeouts: Timeouts,
}

/// Why the client cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The base URL is not an `http://` or `https://` one, or has a user, a query or a fragment.
    #[error("the address of the Cloud API is not a plain http or https URL")]
    BaseUrl,
    /// The token holds characters that no header can carry.
    #[error("the access token holds characters that no token has")]
    Token(#[source] InvalidHeaderValue),
    /// TLS or the trusted certificates are not available.
    #[error("the HTTP client cannot be built")]
    Http(#[source] reqwest::Error),
}

/// The Cloud API as one business phone number sees it.
#[derive(Debug)]
pub struct CloudApi {
    http: Client,
    token: Token,
    timeouts: Timeouts,
    root: Url,
    messages: Url,
    pub(super) phone_number_id: String,
    pub(super) business_account_id: String,
}

#[derive(Deserialize)]
struct GroupInfo<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    subject: Option<Text<'a>>,
    suspended: Option<bool>,
}

/// Makes ring the cryptography of all TLS in the process; safe to call again.
pub fn install_tls() {
    // The error only says that one is installed already.
    drop(rustls::crypto::ring::default_provider().install_default());
}

impl CloudApi {
    /// Builds the client; nothing is sent.
    pub fn new(settings: ClientSettings) -> Result<Self, ClientError> {
        let ClientSettings { base_url, version, phone_number_id, business_account_id, token, timeouts } = settings;
        let base = plain_url(&base_url).ok_or(ClientError::BaseUrl)?;
        let http = http_client(&base, timeouts).map_err(ClientError::Http)?;
        let token = Token::new(token).map_err(ClientError::Token)?;
        let root = below(&base, &[&version]);
        let messages = below(&root, &[&phone_number_id, "messages"]);
        Ok(Self { http, token, timeouts, root, messages, phone_number_id, business_account_id })
    }

    /// Asks a question about an object of the Graph; `None` when there is no answer.
    pub(super) async fn ask(&self, path: &[&str], query: &str) -> Option<(Answer, HeaderMap)> {
        let mut url = below(&self.root, path);
        url.set_query(Some(query).filter(|query| !query.is_empty()));
        let request = self.authorised(self.http.get(url)).timeout(self.timeouts.ask);
        let response = request.send().await.ok()?;
        let headers = response.headers().clone();
        Some((Answer::read(response).await, headers))
    }

    /// Reads the token again from its file, if it came from one.
    pub(super) async fn reload_token(&self) {
        self.token.reload().await;
    }

    fn authorised(&self, request: RequestBuilder) -> RequestBuilder {
        request.header(AUTHORIZATION, self.token.header())
    }
}

#[async_trait]
impl Messenger for CloudApi {
    async fn send(&self, departure: &Departure) -> Outcome {
        let Some(body) = request_body(departure) else { return Outcome::Refused(nothing_to_send()) };
        let Ok(body) = serde_json::to_vec(&body) else {
            return Outcome::NotSent { cause: "the request could not be built".to_owned() };
        };
        let request = self.http.post(self.messages.clone()).header(CONTENT_TYPE, JSON).body(body);
        if failpoint!("send.connect").is_err() {
            return Outcome::NotSent { cause: "planted".to_owned() };
        }
        match self.authorised(request).timeout(self.timeouts.send).send().await {
            Ok(response) => answered(response).await,
            Err(error) => unanswered(&error),
        }
    }

    async fn probe(&self) -> bool {
        self.reload_token().await;
        let answer = self.ask(&[&self.phone_number_id], "fields=id").await;
        answer.is_some_and(|(answer, _)| answer.status.is_success() && answer.text().is_some_and(has_id))
    }

    async fn group(&self, id: &GroupId) -> GroupCheck {
        // Ids of ordinary groups are of no use to the Cloud API, and asking about one says nothing.
        if id.as_str().ends_with("@g.us") {
            return GroupCheck::CouldNotCheck;
        }
        match self.ask(&[id.as_str()], "fields=subject,suspended").await {
            Some((answer, _)) => group_check(&answer),
            None => GroupCheck::CouldNotCheck,
        }
    }
}

/// A message whose words or recipient are no longer kept. No rule leads here; if one ever did, it ends here.
fn nothing_to_send() -> Refusal {
    let meaning = "its text or its recipient is no longer kept".to_owned();
    Refusal { code: 0, class: Class::Final, meaning, fix: String::new(), retry_after: None }
}

/// Reads an answer whose head is here.
async fn answered(response: reqwest::Response) -> Outcome {
    let lost = || Outcome::Unknown { cause: "planted".to_owned(), probably_accepted: false };
    if failpoint!("send.first_byte").is_err() {
        return lost();
    }
    let outcome = Answer::read(response).await.outcome();
    if failpoint!("send.body_read").is_err() { lost() } else { outcome }
}

fn group_check(answer: &Answer) -> GroupCheck {
    if answer.status.is_success() {
        let info = answer.text().and_then(|text| serde_json::from_str::<GroupInfo<'_>>(text).ok());
        return match info {
            Some(info) if info.id.is_some() || info.subject.is_some() => {
                GroupCheck::Known { subject: owned(&info.subject), suspended: info.suspended == Some(true) }
            }
            _ => GroupCheck::CouldNotCheck,
        };
    }
    match answer.refusal() {
        Some(refusal) if refusal.code == SUSPENDED => GroupCheck::Known { subject: None, suspended: true },
        Some(refusal) if refusal.class != Class::Credential && NO_SUCH_GROUP.contains(&refusal.code) => {
            GroupCheck::NotFound
        }
        _ => GroupCheck::CouldNotCheck,
    }
}

fn has_id(text: &str) -> bool {
    serde_json::from_str::<GroupInfo<'_>>(text).is_ok_and(|info| owned(&info.id).is_some())
}

/// A URL below which paths can be put, without anything that would be lost on the way.
fn plain_url(text: &str) -> Option<Url> {
    let url = Url::parse(text.trim()).ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.host().is_some()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    plain.then_some(url)
}

/// The URL with these segments below it, each escaped.
fn below(url: &Url, segments: &[&str]) -> Url {
    let mut url = url.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

fn http_client(base: &Url, timeouts: Timeouts) -> Result<Client, reqwest::Error> {
    install_tls();
    let builder = Client::builder()
        .retry(reqwest::retry::never())
        .redirect(reqwest::redirect::Policy::none())
        .http1_only()
        .pool_max_idle_per_host(0)
        .no_proxy()
        .referer(false)
        .connect_timeout(timeouts.connect)
        .timeout(timeouts.send);
    if base.scheme() == "https" {
        builder.https_only(true).build()
    } else {
        // Without TLS there is no reason to need the trusted certificates of the machine.
        builder.tls_certs_only([]).build()
    }
}

#[cfg(test)]
pub(super) mod scripted;
#[cfg(test)]
mod tests;
