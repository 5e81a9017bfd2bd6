//! The program beside the peer, with local environments.

use std::{fs, net::TcpListener};

use sublet::templates::demo;
use tempfile::TempDir;

use crate::{
    peer::{APPROVERS, Peer, SECRET, TEAM, Way},
    program::{Sublet, program},
};

/// The program and the peer, each of which knows the other.
pub struct World {
    /// The Slack.
    pub slack: Peer,
    /// The program.
    pub sublet: Sublet,
    _home: TempDir,
}

impl World {
    /// By Socket Mode.
    pub fn socket() -> Option<Self> {
        let slack = Peer::start(&Way::Socket)?;
        // Each of its open connections gets everything, where Slack picks one: a good test of doing nothing twice.
        Some(Self::with(
            slack,
            "127.0.0.1:0",
            "inbound = \"socket\"\napp_token_env = \"APP_TOKEN\"\nconnections = 2\n",
        ))
    }

    /// By signed requests.
    pub fn http() -> Option<Self> {
        // The peer must know the program's address, and the program the peer's: so this one is found beforehand.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let slack = Peer::start(&Way::Http(format!("http://{address}")))?;
        Some(Self::with(slack, &address, "inbound = \"http\"\nsigning_secret_env = \"SIGNING_SECRET\"\n"))
    }

    fn with(slack: Peer, listen: &str, way: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let config = format!(
            "[server]\nlisten = \"{listen}\"\n[policy]\nemail_domains = [\"example.org\"]\n\
             [slack]\napi = \"{api}\"\n{way}\
             [[slack.workspaces]]\nid = \"{TEAM}\"\ntoken_env = \"BOT_TOKEN\"\napprovers = \"{APPROVERS}\"\n\
             [local]\nenabled = true\n\
             [[people]]\nhandle = \"ada\"\nemail = \"ada@example.org\"\nroles = [\"approver\"]\n",
            api = slack.api()
        );
        fs::write(home.path().join("sublet.toml"), config).unwrap();
        demo::seed(&home.path().join("templates")).unwrap();
        let mut program = program(home.path());
        program.envs([("BOT_TOKEN", "xoxb-peer"), ("APP_TOKEN", "xapp-peer"), ("SIGNING_SECRET", SECRET)]);
        let sublet = Sublet::begin(program, &["serve"]);
        Self { slack, sublet, _home: home }
    }
}
