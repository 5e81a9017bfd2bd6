//! Memory of a process that runs the engine's loops: idle, and with 100,000 leases in its database.
//!
//! Each figure is of a child process of its own: this program, started again with the database's URL.

#![expect(clippy::expect_used, reason = "a benchmark that cannot go on should stop where it stands")]

mod common;

use std::{process::Command, sync::Arc, time::Duration};

use chrono::TimeDelta;
use common::{Hands, LEASES, Place, due_at, engine, fill, people, places, world};
use sublet::engine::Schedule;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

/// How long the loops run before memory is looked at: each of them comes round in it, the reaper every time
/// that the clock is put forward by a minute.
const RUNS: u32 = 50;
const STEP: Duration = Duration::from_millis(100);
const CHILD: &str = "--measure";

fn main() {
    let mut arguments = std::env::args().skip_while(|argument| argument != CHILD).skip(1);
    let runtime = Runtime::new().expect("a runtime");
    if let Some(url) = arguments.next() {
        return measured(&runtime, &url);
    }
    for place in places(&runtime, "memory") {
        let world = world(&runtime, &place, Hands::at(due_at(0)));
        people(&runtime, &world);
        let idle = in_child(&place);
        fill(&runtime, &place, &world);
        let full = in_child(&place);
        let name = place.name;
        println!("{name}, idle: {} MiB, at most {} MiB", mib(idle.0), mib(idle.1));
        println!("{name}, {LEASES} leases: {} MiB, at most {} MiB", mib(full.0), mib(full.1));
        let ratio = full.0 as f64 / idle.0.max(1) as f64;
        println!("RATIO memory with {LEASES} leases on {name} against idle = {ratio:.2}");
    }
}

fn mib(kib: u64) -> u64 {
    kib / 1024
}

/// Resident memory of a child after its loops ran, and the most that it ever was, in KiB.
fn in_child(place: &Place) -> (u64, u64) {
    let own = std::env::current_exe().expect("this program");
    let output = Command::new(own).args([CHILD, &place.url]).output().expect("a child");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let of = |field: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(field)).expect("the kernel's figures");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    };
    (of("VmRSS:"), of("VmHWM:"))
}

/// The child: runs the loops and prints what the kernel says of it.
fn measured(runtime: &Runtime, url: &str) {
    let began = due_at(0) - TimeDelta::days(1);
    let clock = Hands::at(began);
    let engine = engine(world(runtime, &Place::there(url), clock.clone()));
    let stop = CancellationToken::new();
    runtime.block_on(async {
        let stopping = stop.clone();
        tokio::spawn(async move {
            for minute in 1..=RUNS {
                tokio::time::sleep(STEP).await;
                clock.set(began + TimeDelta::minutes(minute.into()));
            }
            stopping.cancel();
        });
        let every_minute: Schedule = Arc::new(|after| Some(after + TimeDelta::minutes(1)));
        Arc::new(engine).run(every_minute, stop).await;
    });
    println!("{}", std::fs::read_to_string("/proc/self/status").expect("the kernel's figures"));
}
