//! What becomes of a program when its client goes away.

use std::{process::Stdio, sync::Arc};

use russh::{Disconnect, keys::PrivateKeyWithHashAlg};
use sublet::domain::environment::SshAccess;
use tokio::{io::AsyncReadExt, process::Command, time::timeout};

use crate::world::{DEADLINE, Key, World, namespaced, output, spec, text};

/// Runs it until it says `in`, then takes the client away in the hardest way.
async fn begun_and_left(world: &World, access: &SshAccess, key: &Key, line: &str) {
    let mut client = world.ssh(access, key).arg(line).stdout(Stdio::piped()).spawn().unwrap();
    client.stdout.as_mut().unwrap().read_exact(&mut [0; 3]).await.unwrap();
    client.kill().await.unwrap();
}

/// What that file holds as soon as it holds anything.
async fn written(world: &World, access: &SshAccess, key: &Key, file: &str) -> String {
    let waiting = format!("for n in $(seq 300); do [ -s {file} ] && break; sleep 0.1; done; cat {file}");
    let seen = world.run(access, key, &waiting).await;
    text(&seen.stdout) + &text(&seen.stderr)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_takes_its_program_along() {
    let world = World::new().await;
    let ada = world.key("ada");
    let access = world.ready(&spec(1, &[&ada])).await;
    let line = "trap 'echo told > told; exit' HUP; echo in; while :; do sleep 0.05; done";
    begun_and_left(&world, &access, &ada, line).await;
    assert_eq!(written(&world, &access, &ada, "told").await, "told\n");
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_may_finish_and_talk_although_nobody_listens_any_more() {
    let world = World::new().await;
    let ada = world.key("ada");
    let access = world.ready(&spec(1, &[&ada])).await;
    let line = "trap 'sleep 0.3; echo bye; echo bye >&2; echo told > told; exit' HUP; \
                echo in; while :; do sleep 0.05; done";
    begun_and_left(&world, &access, &ada, line).await;
    assert_eq!(written(&world, &access, &ada, "told").await, "told\n");
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_ignores_hanging_up_goes_on() {
    let world = World::new().await;
    let ada = world.key("ada");
    let access = world.ready(&spec(1, &[&ada])).await;
    // The one beside it, of the same session, shows that the session was hung up.
    let line = "(trap 'echo told > told; exit' HUP; touch ready; while :; do sleep 0.05; done) & \
                exec nohup sh -c 'until [ -e ready ]; do sleep 0.05; done; echo in; \
                until [ -e go ]; do sleep 0.05; done; echo lived > lived'";
    begun_and_left(&world, &access, &ada, line).await;
    assert_eq!(written(&world, &access, &ada, "told").await, "told\n");
    world.run(&access, &ada, "touch go").await;
    assert_eq!(written(&world, &access, &ada, "lived").await, "lived\n");
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_while_its_program_is_started_takes_it_along() {
    let world = World::new().await;
    let ada = world.key("ada");
    let access = world.ready(&spec(1, &[&ada])).await;
    if namespaced(&access) {
        start_and_leave(&access, &ada, "exec sleep 76543").await;
        let waiting = "for n in $(seq 300); do grep -qs 7654[3] /proc/[0-9]*/cmdline || exit 0; \
                       sleep 0.1; done; exit 9";
        assert_eq!(world.run(&access, &ada, waiting).await.status.code(), Some(0));
    }
    world.cluster.close().await;
}

/// Asks for a program and says good-bye in one breath, as no ordinary client can.
async fn start_and_leave(access: &SshAccess, key: &Key, line: &str) {
    let key = russh::keys::load_secret_key(&key.file, None).unwrap();
    let key = PrivateKeyWithHashAlg::new(Arc::new(key), None);
    let address = (access.host.clone(), access.port);
    let mut client = russh::client::connect(Default::default(), address, Anybody).await.unwrap();
    assert!(client.authenticate_publickey("dev", key).await.unwrap().success());
    let channel = client.channel_open_session().await.unwrap();
    channel.exec(false, line).await.unwrap();
    client.disconnect(Disconnect::ByApplication, "", "").await.unwrap();
    let _said_goodbye = timeout(DEADLINE, client).await.unwrap();
}

/// A client that trusts any server.
struct Anybody;

impl russh::client::Handler for Anybody {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        _: &russh::keys::PublicKeyOrCertificate,
    ) -> Result<bool, Self::Error> {
        Ok(true)
    }
}

/// `nohup` and a script's `&` start programs with signals ignored, and that is inherited.
#[tokio::test(flavor = "multi_thread")]
async fn signals_that_this_program_was_started_without_reach_the_programs_inside() {
    let mut again = Command::new("sh");
    again.args(["-c", "trap '' HUP INT QUIT TERM; exec \"$0\" --exact \"$@\""]);
    again.arg(std::env::current_exe().unwrap()).args([
        "hangup::a_client_that_goes_away_takes_its_program_along",
        "sessions::an_interactive_shell_answers_and_ctrl_c_reaches_its_program",
    ]);
    let said = output(again.kill_on_drop(true)).await;
    assert!(text(&said.stdout).contains("2 passed"), "{}{}", text(&said.stdout), text(&said.stderr));
}
