//! One command from text to committed answer, against a bare transaction that writes the same rows.

#![expect(clippy::expect_used, reason = "a benchmark that cannot go on should stop where it stands")]

mod common;

use std::sync::atomic::{AtomicU64, Ordering};

use common::{Hands, Place, in_turn, median, people, places, samples, say_ratio, world};
use criterion::Criterion;
use sublet::{
    actions::{Answer, Inbound, Input, World, perform},
    domain::{
        audit::{Actor, NewEntry},
        ids::{EffectId, EnvName, RequestId},
        request::{Request, RequestState},
    },
    ports::{chat::Platform, store::Stored},
};
use tokio::runtime::Runtime;

const LINE: &str = "/env request web for=3d reason to see how long it takes";

/// How many of each are run in turn for the ratio.
const PAIRS: u32 = 400;

fn main() {
    let runtime = Runtime::new().expect("a runtime");
    let mut criterion = Criterion::default().configure_from_args();
    let ratios: Vec<_> =
        places(&runtime, "command").iter().map(|place| one(&mut criterion, &runtime, place)).collect();
    criterion.final_summary();
    for (name, whole, bare) in ratios {
        say_ratio(&format!("one command on {name}"), whole, "its bare transaction", bare);
    }
}

fn one(
    criterion: &mut Criterion,
    runtime: &Runtime,
    place: &Place,
) -> (&'static str, std::time::Duration, std::time::Duration) {
    let world = world(runtime, place, Hands::at(samples::at(0)));
    people(runtime, &world);
    let answer = runtime.block_on(perform(&world, inbound(0)));
    let Answer::Say(message) = answer else { unreachable!("a request is answered, not asked about") };
    let answer = serde_json::to_string(&message).expect("an answer as JSON");
    let made = runtime.block_on(first_request(&world)).expect("a request");
    let mut group = criterion.benchmark_group(format!("command on {}", place.name));
    group.sample_size(10).measurement_time(std::time::Duration::from_secs(1));
    let whole = || {
        runtime.block_on(close(&world)).expect("closed");
        perform(&world, inbound(next()))
    };
    let bare = || {
        runtime.block_on(close(&world)).expect("closed");
        let (id, name) = (RequestId::new(world.ids.next()), EnvName::new("web", world.ids.next()));
        let (request, world, answer) = (Request { id, name, ..made.clone() }, &world, &answer);
        async move { write(world, request, answer).await.expect("written") }
    };
    median(&mut group, runtime, "text to committed answer", whole);
    median(&mut group, runtime, "bare transaction with the same rows", bare);
    group.finish();
    let (whole, bare) = in_turn(runtime, PAIRS, whole, bare);
    (place.name, whole, bare)
}

fn next() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn inbound(number: u64) -> Inbound {
    Inbound {
        id: format!("event-{number}"),
        caller: samples::person_id("dana").into(),
        platform: Platform::Console,
        input: Input::Line(LINE.to_owned()),
    }
}

/// What the command made, to be written again under other names.
async fn first_request(world: &World) -> Stored<Request> {
    let mut tx = world.store.read().await?;
    let all = tx.requests_of(&samples::person_id("dana"), 1).await?;
    Ok(all.into_iter().next().expect("the command was refused, so there is nothing to measure"))
}

/// Takes back what is undecided: the command counts it, so it must not grow. Not measured.
async fn close(world: &World) -> Stored<()> {
    let mut tx = world.store.begin().await?;
    for mut request in tx.open_requests(Some(&samples::person_id("dana"))).await? {
        request.state = RequestState::Withdrawn { at: world.clock.now() };
        tx.save_request(&mut request).await?;
    }
    tx.commit().await
}

/// The rows of one request, by the store's own SQL: inbox, request, audit, two effects, answer.
async fn write(world: &World, mut request: Request, answer: &str) -> Stored<()> {
    let now = world.clock.now();
    let event = request.id.to_string();
    let mut tx = world.store.begin().await?;
    tx.receive(&event, now).await?;
    tx.insert_request(&mut request).await?;
    let change = request.asked();
    for fact in change.facts {
        let actor = Actor::Person(request.requester.clone());
        tx.record(&NewEntry::about(&request.name, now, actor, fact)).await?;
    }
    for effect in &change.effects {
        tx.push(EffectId::new(world.ids.next()), &(&request.id).into(), effect, now).await?;
    }
    tx.answered(&event, answer).await?;
    tx.commit().await
}
