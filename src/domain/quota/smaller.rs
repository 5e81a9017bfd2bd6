//! The same request, so much smaller or shorter that it fits.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::{Resource, amounts, fit::Standing, fit::room};
use crate::domain::template::{Template, Value};

const GIB: u64 = 1 << 30;
const MIB: u64 = 1 << 20;

/// A request that would fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Smaller {
    /// Size and options, complete.
    pub parameters: BTreeMap<String, Value>,
    /// For how long.
    pub span: TimeDelta,
}

/// The largest that fits and that the template allows, in round numbers; `None` when nothing does.
pub fn smaller(
    template: &Template,
    parameters: &BTreeMap<String, Value>,
    span: TimeDelta,
    standings: &[Standing],
) -> Option<Smaller> {
    let mut fits = Smaller { parameters: parameters.clone(), span };
    for (resource, asked) in amounts(parameters, span).each() {
        let Some(room) = room(standings, resource).filter(|room| *room < asked) else { continue };
        match resource {
            Resource::Environments => return None,
            Resource::LeaseTime => fits.span = shorter(room)?,
            _ => {
                let value = less(template, resource, room)?;
                fits.parameters.insert(resource.word().to_owned(), value);
            }
        }
    }
    Some(fits)
}

/// So many seconds as whole hours where there is at least one, else as whole minutes; `None` below one.
pub fn shorter(room: u64) -> Option<TimeDelta> {
    let room = i64::try_from(room).ok()?;
    match (room / 3600, room / 60) {
        (0, 0) => None,
        (0, minutes) => TimeDelta::try_minutes(minutes),
        (hours, _) => TimeDelta::try_hours(hours),
    }
}

/// The largest round value of a parameter, else the least that the template allows.
fn less(template: &Template, resource: Resource, room: u64) -> Option<Value> {
    let parameter = template.parameter(resource.word())?;
    let step = match resource {
        Resource::Cpu if room >= 100 => 100,
        Resource::Memory | Resource::Storage if room >= GIB => GIB,
        Resource::Memory | Resource::Storage if room >= MIB => MIB,
        _ => 1,
    };
    let value = |amount: u64| match resource {
        Resource::Cpu => u32::try_from(amount).ok().map(Value::Cpu),
        _ => Some(Value::Bytes(amount)),
    };
    let small = value(room / step * step).filter(|value| room > 0 && parameter.check(value).is_ok());
    small.or_else(|| {
        let least = parameter.min.clone()?;
        let amount = match &least {
            Value::Cpu(millis) => u64::from(*millis),
            Value::Bytes(bytes) => *bytes,
            _ => return None,
        };
        (amount <= room && amount > 0).then_some(least)
    })
}
