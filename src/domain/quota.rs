//! Quotas: limits on what somebody may hold at once.

use serde::{Deserialize, Serialize};

/// Something of which there is only so much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// Environments, by their number.
    Environments,
    /// Processor time, in thousandths of a core.
    Cpu,
    /// Memory, in bytes.
    Memory,
    /// Storage, in bytes.
    Storage,
    /// Time of leases, in seconds: the sum over what is held at once.
    LeaseTime,
}

impl Resource {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Environments, Self::Cpu, Self::Memory, Self::Storage, Self::LeaseTime];

    /// The word under which it is stored and by which people name it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Environments => "environments",
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Storage => "storage",
            Self::LeaseTime => "hours",
        }
    }
}

/// How much of each resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Amounts {
    /// Environments.
    pub environments: u64,
    /// Thousandths of a core.
    pub cpu: u64,
    /// Bytes of memory.
    pub memory: u64,
    /// Bytes of storage.
    pub storage: u64,
    /// Seconds of leases.
    pub lease_time: u64,
}

impl Amounts {
    /// The amount of one resource.
    pub fn of(&self, resource: Resource) -> u64 {
        match resource {
            Resource::Environments => self.environments,
            Resource::Cpu => self.cpu,
            Resource::Memory => self.memory,
            Resource::Storage => self.storage,
            Resource::LeaseTime => self.lease_time,
        }
    }
}
