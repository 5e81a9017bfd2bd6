//! The watch over the token, and how it stands with the gateway.

use super::{APP, Stage};
use crate::chat::discord::watch::Watch;

const PROBE: &str = "GET /applications/@me";

fn watch(stage: &Stage) -> Watch {
    Watch {
        client: stage.client.clone(),
        standing: stage.standing.clone(),
        ids: stage.world.ids.clone(),
        application: APP.to_owned(),
    }
}

#[tokio::test]
async fn a_good_token_is_asked_about_once_and_a_bad_one_until_it_is_good() {
    let stage = Stage::open().await;
    let (watch, mut seen) = (watch(&stage), false);
    for _ in 0..2 {
        watch.look(&mut seen).await;
    }
    assert_eq!(stage.api.routes(), [PROBE]);
    stage.api.refuses("POST /users/@me/channels", 401, 0);
    assert!(stage.client.open_direct("8").await.is_err());
    stage.api.refuses(PROBE, 401, 0);
    watch.look(&mut seen).await;
    assert!(!stage.line("bot").0);
    watch.look(&mut seen).await;
    assert!(stage.line("bot").0);
}

#[tokio::test]
async fn a_token_of_another_application_is_never_good() {
    let stage = Stage::open().await;
    let (watch, mut seen) = (watch(&stage), false);
    for _ in 0..2 {
        stage.api.says(PROBE, &serde_json::json!({ "id": "901" }));
        watch.look(&mut seen).await;
        stage.client.open_direct("8").await.expect("Discord takes it");
        let (ready, says) = stage.line("bot");
        assert!(!ready && says.contains("wrong_application"), "{says}");
    }
}

#[tokio::test]
async fn discord_may_be_away_at_start() {
    let stage = Stage::open().await;
    let (watch, mut seen) = (watch(&stage), false);
    stage.api.replies(PROBE, Some((503, Vec::new(), String::new())));
    watch.look(&mut seen).await;
    assert!(!seen && stage.line("bot").0, "nothing bad is known");
    watch.look(&mut seen).await;
    assert!(seen);
    assert_eq!(stage.api.routes(), [PROBE, PROBE]);
}

#[tokio::test]
async fn the_gateway_counts_when_there_is_one() {
    let stage = Stage::open().await;
    assert_eq!(stage.standing.lines().len(), 3, "the token and two guilds");
    stage.standing.shards(Some(0));
    assert_eq!(stage.line("gateway"), (false, "0 open".to_owned()));
    stage.standing.shards(Some(1));
    assert_eq!(stage.line("gateway"), (true, "1 open".to_owned()));
    stage.standing.shards(None);
    assert_eq!(stage.line("gateway"), (true, "another process has it".to_owned()));
}
