//! Our clock, as governor wants one.

use std::{sync::Arc, time::Duration};

use governor::{clock, nanos::Nanos};

use crate::ports::clock::Clock;

/// Our clock, in nanoseconds since 1970.
#[derive(Clone)]
pub struct Fed(pub Arc<dyn Clock>);

impl clock::Clock for Fed {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let millis = u64::try_from(self.0.now().timestamp_millis()).unwrap_or_default();
        Nanos::from(Duration::from_millis(millis))
    }
}
