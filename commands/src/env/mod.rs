//! Commands about environments, one file each.

mod accept;
mod approve;
mod break_glass;
mod delegate;
mod extend;
mod link;
mod list;
pub mod offer;
mod reject;
mod release;
mod request;
mod retry;
mod show;
mod ssh;
mod why;
mod withdraw;

pub use accept::EnvAccept;
pub use approve::EnvApprove;
pub use break_glass::EnvBreakGlass;
pub use delegate::EnvDelegate;
pub use extend::EnvExtend;
pub use link::EnvLink;
pub use list::EnvList;
pub use offer::EnvOffer;
pub use reject::EnvReject;
pub use release::EnvRelease;
pub use request::{EnvRequest, Lasts};
pub use retry::EnvRetry;
pub use show::EnvShow;
pub use ssh::EnvSsh;
pub use why::EnvWhy;
pub use withdraw::EnvWithdraw;
