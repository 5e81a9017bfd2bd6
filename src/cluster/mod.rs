//! Provisioners: what makes an environment exist, each behind [`crate::ports::cluster::Cluster`].

pub mod host_key;
pub mod kubernetes;
pub mod local;
