//! The controller with 2,000 environments: rate, requests, memory, a restart; `kubectl apply` of the same objects beside it.
//!
//! Both sides get a cluster of their own from `tests/cluster/up`: a control plane without nodes. So pods stay
//! pending, and what is measured is what the controller and the API server do. Requests are counted in the API
//! server's own audit log, by the controller's account.

#![expect(clippy::expect_used, reason = "a benchmark that cannot go on should stop where it stands")]

mod cluster;
mod controller;
mod objects;

use std::time::{Duration, Instant as Stopwatch};

use cluster::Cluster;
use controller::Controller;
use tokio::runtime::Runtime;

/// How many environments there are, unless SUBLET_BENCH_ENVIRONMENTS says otherwise.
const ENVIRONMENTS: usize = 2_000;
/// How long the steady state is watched.
const STEADY: Duration = Duration::from_secs(60);

#[expect(clippy::disallowed_methods, reason = "benchmarks have no configuration")]
fn environments() -> usize {
    std::env::var("SUBLET_BENCH_ENVIRONMENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(ENVIRONMENTS)
}

fn main() {
    let many = environments();
    Runtime::new().expect("a runtime").block_on(async {
        let (made, took, lists) = with_controller(many).await;
        let bare = with_kubectl(&lists).await;
        let rate = |took: Duration| made as f64 / took.as_secs_f64().max(0.001);
        println!(
            "{made} objects: the controller {:.0} a second, kubectl apply {:.0} a second",
            rate(took),
            rate(bare)
        );
        println!(
            "RATIO objects a second by the controller against kubectl apply = {:.2}",
            rate(took) / rate(bare)
        );
    });
}

/// The controller's side. Answers with how many objects it made, how long that took, and the same objects as files.
async fn with_controller(many: usize) -> (usize, Duration, Vec<objects::List>) {
    let cluster = Cluster::up().await;
    let mut controller = Controller::prepare(&cluster).await;
    controller.start();
    controller.ready().await;
    println!("idle: {}", controller.memory());

    let before = cluster.requests(controller::ACCOUNT);
    let began = Stopwatch::now();
    objects::ask(&cluster.client, many).await;
    objects::converged(&cluster.client, many, 1).await;
    let took = began.elapsed();
    let requests = cluster.requests(controller::ACCOUNT).since(&before);
    println!("{many} environments converged after {:.0} s; {}", took.as_secs_f64(), controller.memory());
    println!("requests for each environment: {}", requests.each(many));

    cluster.quiet(controller::ACCOUNT).await;
    let before = cluster.requests(controller::ACCOUNT);
    tokio::time::sleep(STEADY).await;
    let requests = cluster.requests(controller::ACCOUNT).since(&before);
    println!("requests in {} s of the steady state: {requests}; {}", STEADY.as_secs(), controller.memory());

    controller.stop().await;
    objects::extend(&cluster.client, many).await;
    let before = cluster.requests(controller::ACCOUNT);
    let began = Stopwatch::now();
    controller.start();
    objects::converged(&cluster.client, many, 2).await;
    let again = began.elapsed();
    let requests = cluster.requests(controller::ACCOUNT).since(&before);
    println!(
        "after a restart, with the end of each lease moved meanwhile, {many} converged in {:.0} s",
        again.as_secs_f64()
    );
    println!("requests for each: {}", requests.each(many));
    println!("RATIO a restart against making them = {:.2}", again.as_secs_f64() / took.as_secs_f64());
    controller.stop().await;
    let lists = objects::lists(&cluster.client).await;
    let made = lists.iter().map(|list| list.objects).sum();
    cluster.down();
    (made, took, lists)
}

/// The same objects, written by `kubectl apply --server-side` into an empty cluster.
async fn with_kubectl(lists: &[objects::List]) -> Duration {
    let cluster = Cluster::up().await;
    cluster.prepare_rights();
    let began = Stopwatch::now();
    for list in lists {
        cluster.apply(list.file.path());
    }
    let took = began.elapsed();
    cluster.down();
    took
}
