//! Everybody presses everything they see or once saw, in any order, while the job goes on.

use super::{chance::Chance, end, hands::looks, job};
use crate::world::{
    World,
    slack::{APPROVERS, TEAM, account, direct},
};

const LABELS: [&str; 5] = ["Approve", "Reject", "Details", "Extend", "Withdraw"];

pub async fn out_of_order_and_on_old_cards(world: &mut World) {
    let mut chance = Chance::of(3);
    for step in job::STEPS {
        job::until(world, step, |_| {}).await;
        for _ in 0..4 {
            let (who, place) = match chance.below(3) {
                0 => ("ada", APPROVERS.to_owned()),
                1 => ("bob", APPROVERS.to_owned()),
                _ => ("dana", direct("dana")),
            };
            let (label, back) = (*chance.of_all(&LABELS), 1 + chance.below(3));
            let slack = world.slack().slack.clone();
            // Only what is no longer there: what is there would change the story.
            let now = slack.finds(&account(who), &place, label, 0).is_some();
            if let Some(old) = slack.finds(&account(who), &place, label, back).filter(|_| !now) {
                let act = slack.presses(TEAM, &account(who), &old).await;
                looks(world, &act).await;
                slack.dismisses(&account(who));
            }
        }
    }
    end::well(world).await;
}
