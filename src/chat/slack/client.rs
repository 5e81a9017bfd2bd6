//! The Web API: one method of ours for each of Slack's that we need. Time-out, pace and 429 are kept here.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    sync::Arc,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use slack_morphism::prelude::{
    ClientResult, SlackApiAppsConnectionOpenRequest, SlackApiChatPostMessageRequest,
    SlackApiChatUpdateRequest, SlackApiToken, SlackApiViewsOpenRequest, SlackApiViewsPublishRequest,
    SlackApiViewsUpdateRequest, SlackClient, SlackClientApiCallContext, SlackClientHttpConnector,
    SlackClientHyperConnector, SlackClientHyperHttpsConnector, SlackClientSession, SlackHyperClient,
    SlackMessageContent, SlackResponseUrl, SlackTriggerId, SlackView, SlackViewId, ValueStruct,
};

use super::{
    pace::Pace,
    profile::Profile,
    settings::Settings,
    standing::Standing,
    trouble::{Kind, Method, Trouble},
};
use crate::{actions::World, faults, https, ports::clock::Ids};

/// Slack's Web API, with the token of each workspace.
pub struct Client {
    slack: SlackHyperClient,
    tokens: BTreeMap<String, SlackApiToken>,
    timeout: Duration,
    pace: Pace,
    standing: Arc<Standing>,
    ids: Arc<dyn Ids>,
}

/// What Slack says to a call whose answer we need nothing of.
#[derive(Deserialize)]
struct Done {
    ok: bool,
}

// Only what we need is read of an answer: a message is posted, whether or not its echo can be understood.
#[derive(Deserialize)]
struct Posted {
    channel: String,
    ts: String,
}

#[derive(Deserialize)]
struct Opened {
    channel: Conversation,
}

#[derive(Deserialize)]
struct Conversation {
    id: String,
}

#[derive(Deserialize)]
struct Members {
    users: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Found {
    user: Profile,
}

#[derive(Deserialize)]
struct Me {
    team_id: String,
}

/// Slack documents the people as one text with commas; the library would send a list.
#[derive(Serialize)]
struct OpenDirect<'a> {
    users: &'a str,
}

/// What a `response_url` takes.
#[derive(Serialize)]
struct Response<'a> {
    #[serde(flatten)]
    content: &'a SlackMessageContent,
    response_type: &'static str,
    replace_original: bool,
}

/// What a `response_url` says: nothing that we need.
#[derive(Deserialize)]
struct Taken {}

impl Client {
    /// A client for the workspaces of the settings. Nothing is called yet.
    ///
    /// # Errors
    /// When the machine's certificates cannot be read.
    pub fn new(world: &World, settings: &Settings, standing: Arc<Standing>) -> anyhow::Result<Self> {
        let token = |workspace: &super::settings::SlackWorkspace| {
            let token = SlackApiToken::new(super::exposed(&workspace.token).into());
            (workspace.id.clone(), token.with_team_id(workspace.id.clone().into()))
        };
        let connector = SlackClientHyperConnector::with_connector(https::connector(&settings.api)?)
            .with_slack_api_url(&settings.api);
        Ok(Self {
            slack: SlackClient::new(connector),
            tokens: settings.workspaces.iter().map(token).collect(),
            timeout: settings.timeout,
            pace: Pace::new(world.clock.clone()),
            standing,
            ids: world.ids.clone(),
        })
    }

    /// Posts a message; answers with its channel and its `ts`. Links in it are not unfurled.
    ///
    /// `key` names the message in our log. Slack offers apps no way to post a message at most once.
    ///
    /// # Errors
    /// [`Trouble`]; when it is `unsure`, the message may be there all the same.
    pub async fn post(
        &self,
        workspace: &str,
        channel: &str,
        content: &SlackMessageContent,
        key: &str,
    ) -> Result<(String, String), Trouble> {
        let request = SlackApiChatPostMessageRequest::new(channel.into(), content.clone())
            .with_unfurl_links(false)
            .with_unfurl_media(false);
        let posted: Posted = self.send(workspace, Method::Post, Some(channel), &request).await?;
        tracing::debug!(workspace, key, "a message was posted");
        Ok((posted.channel, posted.ts))
    }

    /// Replaces what a message says.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn update(
        &self,
        workspace: &str,
        channel: &str,
        ts: &str,
        content: &SlackMessageContent,
    ) -> Result<(), Trouble> {
        // Otherwise Slack would look for names and channels in the text on its own.
        let request = SlackApiChatUpdateRequest::new(channel.into(), content.clone(), ts.into())
            .with_parse("none".to_owned());
        self.done(workspace, Method::Update, &request).await
    }

    /// Opens the direct conversation with somebody; answers with its id. Opening it again changes nothing.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn open_direct(&self, workspace: &str, user: &str) -> Result<String, Trouble> {
        let request = OpenDirect { users: user };
        let opened: Opened = self.send(workspace, Method::OpenDirect, None, &request).await?;
        Ok(opened.channel.id)
    }

    /// What Slack knows about somebody.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn user(&self, workspace: &str, user: &str) -> Result<Profile, Trouble> {
        let asked = vec![("user", Some(user))];
        let session = self.session(workspace, Method::User)?;
        let asked = session.http_session_api.http_get(Method::User.name(), &asked, None);
        let found: Found = self.call(workspace, Method::User, None, asked).await?;
        Ok(found.user)
    }

    /// Who is in a user group now.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn group(&self, workspace: &str, group: &str) -> Result<BTreeSet<String>, Trouble> {
        let asked = vec![("usergroup", Some(group))];
        let session = self.session(workspace, Method::Group)?;
        let asked = session.http_session_api.http_get(Method::Group.name(), &asked, None);
        let found: Members = self.call(workspace, Method::Group, None, asked).await?;
        Ok(found.users)
    }

    /// Opens a form for somebody who did something a moment ago.
    ///
    /// # Errors
    /// [`Trouble`]; the moment ends after three seconds.
    pub async fn open_view(
        &self,
        workspace: &str,
        trigger: &SlackTriggerId,
        view: SlackView,
    ) -> Result<(), Trouble> {
        let request = SlackApiViewsOpenRequest::new(trigger.clone(), view);
        self.done(workspace, Method::OpenView, &request).await
    }

    /// Replaces an open form.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn update_view(
        &self,
        workspace: &str,
        id: &SlackViewId,
        view: SlackView,
    ) -> Result<(), Trouble> {
        let request = SlackApiViewsUpdateRequest::new(view).with_view_id(id.clone());
        self.done(workspace, Method::UpdateView, &request).await
    }

    /// Replaces somebody's App Home.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn publish_home(&self, workspace: &str, user: &str, view: SlackView) -> Result<(), Trouble> {
        let request = SlackApiViewsPublishRequest::new(user.into(), view);
        self.done(workspace, Method::PublishHome, &request).await
    }

    /// Answers at a `response_url`, for the eyes of one person. The address is a secret.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn respond(
        &self,
        url: &SlackResponseUrl,
        content: &SlackMessageContent,
    ) -> Result<(), Trouble> {
        let response = Response { content, response_type: "ephemeral", replace_original: false };
        let span = tracing::debug_span!("response_url");
        let context = SlackClientApiCallContext {
            rate_control_params: None,
            token: None,
            tracing_span: &span,
            is_sensitive_url: true,
        };
        let connector = &self.slack.http_api.connector;
        let answer = connector.http_post_uri::<_, Taken>(url.value().clone(), &response, context);
        match self.call("", Method::Respond, None, answer).await {
            // Slack answers 200 with nothing in it, or with “ok”: taken.
            Err(trouble) if trouble.code == "not_understood" => Ok(()),
            other => other.map(|Taken {}| ()),
        }
    }

    /// Whether the token is good: the id of the workspace it is for.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn who_am_i(&self, workspace: &str) -> Result<String, Trouble> {
        let session = self.session(workspace, Method::WhoAmI)?;
        let nothing: Vec<(&str, Option<&str>)> = Vec::new();
        let asked = session.http_session_api.http_get("auth.test", &nothing, None);
        let me: Me = self.call(workspace, Method::WhoAmI, None, asked).await?;
        Ok(me.team_id)
    }

    /// Whether Slack offers a connection of Socket Mode to this app-level token.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn may_connect(&self, token: &SlackApiToken) -> Result<(), Trouble> {
        let session = self.slack.open_session(token);
        let request = SlackApiAppsConnectionOpenRequest::new();
        match tokio::time::timeout(self.timeout, session.apps_connections_open(&request)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(Trouble::of(Method::Connect, &error)),
            Err(_) => Err(Trouble::timeout(Method::Connect)),
        }
    }

    /// The client of the library, for its sockets.
    pub fn library(&self) -> &SlackHyperClient {
        &self.slack
    }

    async fn done(
        &self,
        workspace: &str,
        method: Method,
        request: &(impl Serialize + Send + Sync),
    ) -> Result<(), Trouble> {
        let done: Done = self.send(workspace, method, None, request).await?;
        if done.ok { Ok(()) } else { Err(Trouble::new(method, "not_understood")) }
    }

    async fn send<T: for<'de> Deserialize<'de> + Send>(
        &self,
        workspace: &str,
        method: Method,
        channel: Option<&str>,
        request: &(impl Serialize + Send + Sync),
    ) -> Result<T, Trouble> {
        let session = self.session(workspace, method)?;
        let sent = session.http_session_api.http_post(method.name(), request, None);
        self.call(workspace, method, channel, sent).await
    }

    fn session(
        &self,
        workspace: &str,
        method: Method,
    ) -> Result<SlackClientSession<'_, SlackClientHyperHttpsConnector>, Trouble> {
        let token = self.tokens.get(workspace).ok_or_else(|| Trouble::new(method, "no_such_workspace"))?;
        Ok(self.slack.open_session(token))
    }

    /// Makes a call if it is its turn, and notes what came of it.
    async fn call<T>(
        &self,
        workspace: &str,
        method: Method,
        channel: Option<&str>,
        call: impl Future<Output = ClientResult<T>>,
    ) -> Result<T, Trouble> {
        if let Err(after) = self.pace.turn(workspace, method, channel) {
            metrics::counter!("sublet_slack_waits_total", "method" => method.name()).increment(1);
            return Err(Trouble::not_yet(method, after));
        }
        let mut outcome = match tokio::time::timeout(self.timeout, call).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(Trouble::of(method, &error)),
            Err(_) => Err(Trouble::timeout(method)),
        };
        let word = outcome.as_ref().map_or_else(Trouble::label, |_| "ok");
        metrics::counter!("sublet_slack_calls_total", "method" => method.name(), "outcome" => word)
            .increment(1);
        match &mut outcome {
            Ok(_) if self.standing.answered(workspace, method) => {
                tracing::info!(workspace, "Slack takes the token again");
            }
            Ok(_) => {}
            Err(trouble) => trouble.reference = self.note(workspace, trouble),
        }
        outcome
    }

    /// What an operator, or we ourselves, must do something about is a fault: said once, with a reference.
    fn note(&self, workspace: &str, trouble: &Trouble) -> Option<String> {
        if let Some(after) = trouble.after {
            self.pace.hold(workspace, trouble.method, after);
        }
        let (what, news) = match trouble.kind {
            Kind::Token => ("Slack does not take the token", self.standing.token_bad(workspace, trouble)),
            Kind::Ours => ("Slack refuses what Sublet sends", true),
            Kind::Unknown => ("Slack answers with a word that is not known", true),
            Kind::Passing | Kind::Person | Kind::Channel | Kind::Message => return None,
        };
        metrics::counter!("sublet_slack_faults_total", "code" => trouble.label()).increment(1);
        news.then(|| {
            let error = anyhow::Error::new(trouble.clone()).context(format!("workspace {workspace}"));
            faults::record(self.ids.next(), what, &error)
        })
    }
}
