//! Provisioners: what makes an environment exist, each behind [`crate::ports::cluster::Cluster`].

pub mod kubernetes;
pub mod local;
