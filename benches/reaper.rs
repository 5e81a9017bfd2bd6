//! A reaper tick over 100,000 leases of which 1,000 are due, against the bare query that finds them.

#![expect(clippy::expect_used, reason = "a benchmark that cannot go on should stop where it stands")]

mod common;

use std::{cell::Cell, time::Duration};

use common::{
    DUE, Hands, LEASES, Place, due_at, engine, few, fill, median, people, places, say_ratio, world,
};
use criterion::Criterion;
use tokio::runtime::Runtime;

fn main() {
    let runtime = Runtime::new().expect("a runtime");
    let mut criterion = Criterion::default().configure_from_args();
    let ratios: Vec<_> =
        places(&runtime, "reaper").iter().map(|place| one(&mut criterion, &runtime, place)).collect();
    criterion.final_summary();
    for (name, tick, query, idle) in ratios {
        let what = format!("a tick on {name} that wakes {DUE} of {LEASES} leases");
        say_ratio(&what, tick, "the bare query", query);
        let each = u32::try_from(DUE).expect("a small number");
        say_ratio(&format!("one lease of it on {name}"), tick / each, "the bare query", query);
        say_ratio(&format!("a tick on {name} that finds nothing due"), idle, "the bare query", query);
    }
}

fn one(
    criterion: &mut Criterion,
    runtime: &Runtime,
    place: &Place,
) -> (&'static str, Duration, Duration, Duration) {
    let clock = Hands::at(due_at(0));
    let world = world(runtime, place, clock.clone());
    people(runtime, &world);
    fill(runtime, place, &world);
    let mut group = few(criterion, &format!("reaper on {}", place.name));
    let (engine, step) = (engine(world.clone()), Cell::new(0));
    let query = || async {
        let mut tx = world.store.read().await.expect("a transaction");
        let found = tx.leases_due(due_at(step.get()), u32::MAX).await.expect("what is due");
        assert_eq!(found.len() as u64, DUE);
    };
    let query = median(&mut group, runtime, "bare query", query);
    let tick = median(&mut group, runtime, "tick", || {
        clock.set(due_at(step.get()));
        step.set(step.get() + 1);
        assert!(step.get() < LEASES / DUE / 2, "too many ticks: later ones would find other work");
        let engine = &engine;
        async move { assert_eq!(u64::from(engine.tick().await.expect("a tick")), DUE) }
    });
    let idle = median(&mut group, runtime, "tick with nothing due", || {
        let engine = &engine;
        async move { assert_eq!(engine.tick().await.expect("a tick"), 0) }
    });
    group.finish();
    (place.name, tick, query, idle)
}
