//! Slack among the parts of a running Sublet.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::{
    actions::World,
    chat::slack::{
        Slack,
        standing::{Line, Standing},
    },
    config::Config,
    web::{self, Part},
};

/// Slack, when the configuration names it. It need not answer yet.
///
/// # Errors
/// When the machine's certificates cannot be read.
pub(super) fn open(config: &Config, world: &World) -> anyhow::Result<Option<Arc<Slack>>> {
    config.slack.clone().map(|settings| Slack::open(world.clone(), settings)).transpose()
}

/// What probes are answered from: what there always is, and how Slack stands.
pub(super) fn parts(world: &Arc<World>, slack: Option<&Arc<Slack>>) -> Arc<dyn web::Parts> {
    match slack {
        None => world.clone(),
        Some(slack) => Arc::new(Parts { world: world.clone(), slack: slack.standing() }),
    }
}

struct Parts {
    world: Arc<World>,
    slack: Arc<Standing>,
}

#[async_trait::async_trait]
impl web::Parts for Parts {
    async fn look(&self) -> Vec<Part> {
        let mut parts = self.world.look().await;
        parts.push(part(self.slack.lines()));
        parts
    }
}

/// All that is known of Slack as one part.
fn part(lines: Vec<Line>) -> Part {
    let ready = lines.iter().all(|line| line.ready);
    let says: Map<String, Value> = lines.into_iter().map(|line| (line.name, line.says.into())).collect();
    Part { name: "slack", ready, says: says.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_workspace_that_is_closed_makes_slack_not_ready_and_all_are_told() {
        let line = |name: &str, ready, says: &str| Line { name: name.into(), ready, says: says.into() };
        let good = part(vec![line("T1", true, "ok"), line("sockets", true, "2 open")]);
        assert!(good.ready);
        assert_eq!(good.says, serde_json::json!({ "T1": "ok", "sockets": "2 open" }));
        let bad = part(vec![line("T1", true, "ok"), line("T2", false, "token_revoked")]);
        assert!(!bad.ready && bad.says.to_string().contains("token_revoked"));
    }
}
