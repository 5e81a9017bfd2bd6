//! What a login can do: terminals, exit codes, streams, signals, limits.

use std::process::Stdio;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::world::{DEADLINE, World, namespaced, output, plain, spec, text};

#[tokio::test(flavor = "multi_thread")]
async fn streams_are_kept_apart_and_input_ends() {
    let world = World::new().await;
    let ada = world.key("ada");
    let access = world.ready(&spec(1, &[&ada])).await;
    let mut client = world.ssh(&access, &ada);
    let mut client = client
        .arg("cat; echo broken >&2; exit 3")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = client.stdin.take().unwrap();
    stdin.write_all(b"what goes in\n").await.unwrap();
    drop(stdin);
    let ended = tokio::time::timeout(DEADLINE, client.wait_with_output()).await.expect("it hangs").unwrap();
    assert_eq!(text(&ended.stdout), "what goes in\n");
    assert_eq!(text(&ended.stderr), "broken\n");
    assert_eq!(ended.status.code(), Some(3));
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn much_goes_in_and_comes_out_at_the_same_time_without_a_jam() {
    let world = World::new().await;
    let ada = world.key("ada");
    let access = world.ready(&spec(1, &[&ada])).await;
    let mut client = world.ssh(&access, &ada);
    let mut client = client.arg("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let sent: Vec<u8> = (0..24_u32 << 20).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let (mut stdin, mut stdout) = (client.stdin.take().unwrap(), client.stdout.take().unwrap());
    let sending = async {
        stdin.write_all(&sent).await.unwrap();
        drop(stdin);
    };
    let mut got = Vec::new();
    let both = async { tokio::join!(sending, stdout.read_to_end(&mut got)) };
    tokio::time::timeout(DEADLINE, both).await.expect("it jams").1.unwrap();
    assert!(got == sent, "{} of {} bytes came back", got.len(), sent.len());
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_has_a_size_a_name_and_a_login_shell() {
    let world = World::new().await;
    let ada = world.key("ada");
    let access = world.ready(&spec(1, &[&ada])).await;
    let mut client = world.ssh(&access, &ada);
    client.env("TERM", "xterm-256color");
    let said = output(client.args(["-tt", "stty cols 132 rows 43; stty size; tty; echo $TERM"])).await;
    let said = text(&said.stdout);
    assert!(said.contains("43 132\r\n") && said.contains("/dev/pts/"), "{said}");
    assert!(said.contains("xterm-256color\r\n"), "{said}");
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interactive_shell_answers_and_ctrl_c_reaches_its_program() {
    let world = World::new().await;
    let ada = world.key("ada");
    let access = world.ready(&spec(1, &[&ada])).await;
    let mut client = world.ssh(&access, &ada);
    let mut client = client.arg("-tt").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut stdin, mut stdout) = (client.stdin.take().unwrap(), client.stdout.take().unwrap());
    // Said by the program itself: the shell has handed it the terminal by then, and with it the signal.
    stdin.write_all(b"sh -c 'echo be\"\"gun; exec sleep 600'\n").await.unwrap();
    until(&mut stdout, "begun").await;
    // What is typed before the shell has taken the signal would be thrown away with it.
    stdin.write_all(b"\x03").await.unwrap();
    until(&mut stdout, "$ ").await;
    stdin.write_all(b"echo inter''rupted $?; exit 5\n").await.unwrap();
    until(&mut stdout, "interrupted 130").await;
    let ended = tokio::time::timeout(DEADLINE, client.wait()).await.expect("it hangs").unwrap();
    assert_eq!(ended.code(), Some(5));
    world.cluster.close().await;
}

async fn until(from: &mut tokio::process::ChildStdout, wanted: &str) {
    let mut said = Vec::new();
    let reading = async {
        while !text(&said).contains(wanted) {
            let mut buffer = [0; 1024];
            let read = from.read(&mut buffer).await.unwrap();
            assert!(read > 0, "the end came before {wanted:?}: {}", text(&said));
            said.extend_from_slice(&buffer[..read]);
        }
    };
    tokio::time::timeout(DEADLINE, reading).await.unwrap_or_else(|_| panic!("no {wanted:?} came"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_ended_by_a_signal_is_told_as_such() {
    let world = World::new().await;
    let ada = world.key("ada");
    let access = world.ready(&spec(1, &[&ada])).await;
    let ended = output(world.ssh(&access, &ada).args(["-v", "kill -TERM $$; sleep 600"])).await;
    assert_eq!(ended.status.code(), Some(255));
    assert!(text(&ended.stderr).contains("exit-signal"), "{}", text(&ended.stderr));
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_background_program_does_not_hold_the_client() {
    let world = World::new().await;
    let ada = world.key("ada");
    let access = world.ready(&spec(1, &[&ada])).await;
    let ended = world.run(&access, &ada, "sleep 600 & echo done").await;
    assert_eq!((ended.status.code(), text(&ended.stdout).as_str()), (Some(0), "done\n"));
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ports_are_not_forwarded() {
    let world = World::new().await;
    let ada = world.key("ada");
    let access = world.ready(&spec(1, &[&ada])).await;
    let there = output(world.ssh(&access, &ada).args(["-W", &format!("127.0.0.1:{}", access.port)])).await;
    assert!(text(&there.stderr).contains("forwarding failed"), "{}", text(&there.stderr));
    let mut back = world.ssh(&access, &ada);
    let back = output(back.args(["-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:1", "true"])).await;
    assert_eq!(back.status.code(), Some(255), "{}", text(&back.stderr));
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limits_are_set_and_said() {
    let world = World::new().await;
    let ada = world.key("ada");
    let access = world.ready(&spec(1, &[&ada])).await;
    if namespaced(&access) {
        let said = world.run(&access, &ada, "ulimit -d; ulimit -u; ulimit -c").await;
        assert_eq!(text(&said.stdout), "1048576\n512\n0\n");
    }
    assert!(access.isolation.unwrap().contains("not enforced"));
    world.cluster.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_namespaces_it_works_too_and_says_so() {
    let world = World::with(plain).await;
    let ada = world.key("ada");
    let access = world.ready(&spec(1, &[&ada])).await;
    let said = access.isolation.clone().unwrap();
    assert!(said.starts_with("Not kept apart from the host") && said.contains("switched off"), "{said}");
    let ran = world.run(&access, &ada, "echo $SUBLET_NAME > note; cat note; exit 4").await;
    assert_eq!((ran.status.code(), text(&ran.stdout).as_str()), (Some(4), "web-0001\n"));
    let typed = output(world.ssh(&access, &ada).args(["-tt", "stty size; id -u"])).await;
    assert_eq!(typed.status.code(), Some(0));
    let user: u32 = text(&typed.stdout).lines().last().unwrap().trim().parse().unwrap();
    assert_ne!(user, 0, "nobody gets the host's root");
    world.cluster.close().await;
}
