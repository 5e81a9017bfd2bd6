//! What is answered over HTTP: the pages, the probes, the API and the platforms' calls.

use std::{net::SocketAddr, sync::Arc};

use anyhow::Context as _;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::platforms::Platforms;
use crate::{
    actions::World,
    api::{self, Api, caller::Gate},
    chat::console::Console,
    config::Config,
    mail,
    oidc::Issuer,
    web::{self, Probes, Web, serve::Patience},
};

/// Everything that is answered.
pub(super) fn router(
    config: &Config,
    world: &Arc<World>,
    console: &Arc<Console>,
    platforms: &Platforms,
    metrics: Option<PrometheusHandle>,
    stop: &CancellationToken,
) -> anyhow::Result<axum::Router> {
    let web = Web {
        world: world.clone(),
        console: console.clone(),
        settings: Arc::new(pages(config)),
        metrics,
        closing: stop.clone(),
    };
    let probes = Probes { parts: platforms.parts(world), ..web.probes() };
    let beside = platforms.routes().merge(calls(config, world, stop)?);
    Ok(if config.console.enabled {
        web::router_beside(web, probes, beside)
    } else {
        web::health_beside(probes, beside)
    })
}

/// Answers on an address until `stop`; the task ends when the last answer is given.
pub(super) async fn listen(
    on: SocketAddr,
    router: axum::Router,
    patience: Patience,
    stop: &CancellationToken,
) -> anyhow::Result<(SocketAddr, JoinHandle<()>)> {
    let listener = TcpListener::bind(on).await.with_context(|| format!("cannot listen on {on}"))?;
    let address = listener.local_addr()?;
    Ok((address, tokio::spawn(web::serve::serve(listener, router, patience, stop.clone()))))
}

/// The REST API's addresses, if it is to be there.
fn calls(config: &Config, world: &Arc<World>, stop: &CancellationToken) -> anyhow::Result<axum::Router> {
    if !config.api.enabled {
        return Ok(axum::Router::new());
    }
    let gate = Arc::new(gate(config, world, stop)?);
    Ok(api::router(Api { world: world.clone(), gate }))
}

/// What stands in front of the API.
fn gate(config: &Config, world: &World, stop: &CancellationToken) -> anyhow::Result<Gate> {
    let issuer = config.oidc.clone().map(Issuer::new).transpose()?.map(Arc::new);
    Ok(Gate::new(config.api.limits.clone(), issuer, world.clock.clone(), stop.clone()))
}

/// How the pages are served: under which names, and with the letters that are kept instead of sent.
fn pages(config: &Config) -> web::Settings {
    let address = config.server.public_url.parse::<axum::http::Uri>();
    let kept = config.mail.as_ref().and_then(|mail| match &mail.transport {
        mail::Transport::Folder(path) => Some(Arc::new(KeptLetters(mail::Folder::at(path)))),
        mail::Transport::Smtp(_) => None,
    });
    web::Settings {
        first: None,
        hosts: address.iter().filter_map(|address| address.host().map(str::to_owned)).collect(),
        letters: kept.map(|letters| letters as Arc<dyn web::Letters>),
    }
}

/// The mail adapter's folder, as the pages read it.
struct KeptLetters(mail::Folder);

#[async_trait::async_trait]
impl web::Letters for KeptLetters {
    async fn to(&self, address: &str) -> anyhow::Result<Vec<web::Kept>> {
        let letters = self.0.letters().await?.into_iter().filter(|letter| letter.to == address);
        let shown =
            |letter: mail::Kept| web::Kept { at: letter.at, subject: letter.subject, text: letter.text };
        Ok(letters.map(shown).collect())
    }
}

#[cfg(test)]
mod tests {
    //! What pages see of the folder of letters.

    use super::*;
    use crate::{clock::SystemClock, ports::mail::Letter, web::Letters};

    #[tokio::test]
    async fn kept_letters_are_given_to_their_reader_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let transport = mail::Transport::Folder(folder.path().to_owned());
        let settings = mail::Settings { from: "Sublet <sublet@example.org>".into(), transport };
        let sent = mail::open(&settings, Arc::new(SystemClock)).expect("a transport");
        for (to, subject) in [("dana@example.org", "for Dana"), ("dave@example.org", "for Dave")] {
            let (name, text, key) = ("Somebody".to_owned(), "Hello\n".to_owned(), subject.to_owned());
            let letter = Letter { to: to.into(), name, subject: subject.into(), text, html: None, key };
            sent.send(&letter).await.expect("kept");
        }
        let kept = KeptLetters(mail::Folder::at(folder.path())).to("dana@example.org").await.expect("read");
        let subjects: Vec<&str> = kept.iter().map(|letter| letter.subject.as_str()).collect();
        assert_eq!(subjects, ["for Dana"]);
    }
}
