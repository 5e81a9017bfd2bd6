//! What must happen outside the database, as data: stored with the change that caused it.

use serde::{Deserialize, Serialize};

use super::{
    announcement::Announcement,
    ids::{EnvName, LeaseId, RequestId, WishId},
    notice::Notice,
};

/// Something the engine must do. Each is idempotent: doing it twice is doing it once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Effect {
    /// Look at a new request, then ask the approvers or decide by rule.
    Analyse {
        /// The request.
        request: RequestId,
    },
    /// Bring every card about a request up to date with what the database says now.
    Show {
        /// The request.
        request: RequestId,
        /// What changed, so that each change is its own row; what is shown is always the latest.
        key: String,
    },
    /// Tell a person something, by whichever way gets through.
    Tell {
        /// What, and to whom.
        notice: Notice,
    },
    /// Send the same thing by e-mail as well, whether or not the DM got through.
    Mail {
        /// What, and to whom.
        notice: Notice,
    },
    /// Make the environment of a lease exist.
    Provision {
        /// The lease.
        lease: LeaseId,
        /// The version of the lease that caused it: each cause is its own row.
        version: i64,
    },
    /// Make the environment of a lease not exist.
    Purge {
        /// The lease.
        lease: LeaseId,
        /// The version of the lease that caused it: each cause is its own row.
        version: i64,
    },
    /// Tell DevOps that something needs them.
    Page {
        /// The request it is about.
        request: RequestId,
        /// The environment's name.
        name: EnvName,
        /// What is wrong and what can be done.
        why: String,
        /// What keeps this page single.
        key: String,
    },
    /// Tell an outgoing webhook what happened.
    Hook {
        /// Its name.
        hook: String,
        /// The place of the entry in the audit log.
        seq: i64,
    },
    /// Tell something that is about no single environment.
    Inform {
        /// What, and to whom.
        announcement: Announcement,
    },
    /// Remind the approvers of a request or an extension that waits.
    Remind {
        /// The request it belongs to.
        request: RequestId,
        /// Which reminder this is, from 1.
        count: u32,
        /// `request` or `extension` id that waits.
        subject: String,
    },
    /// Bring the card about a wish for more quota up to date with what the database says now.
    ShowWish {
        /// The wish.
        wish: WishId,
        /// Its version, so that each change is its own row.
        version: i64,
    },
    /// Remind the approvers of a wish for more quota that waits.
    RemindWish {
        /// The wish.
        wish: WishId,
        /// Which reminder this is, from 1.
        count: u32,
    },
}

impl Effect {
    /// The key under which the outbox keeps this effect once only.
    pub fn key(&self) -> String {
        match self {
            Self::Analyse { request } => format!("analyse/{request}"),
            Self::Show { request, key } => format!("show/{request}/{key}"),
            Self::Tell { notice } => notice.key(),
            Self::Mail { notice } => format!("mail/{}", notice.key()),
            Self::Provision { lease, version } => format!("provision/{lease}/{version}"),
            Self::Purge { lease, version } => format!("purge/{lease}/{version}"),
            Self::Page { name, key, .. } => format!("page/{name}/{key}"),
            Self::Hook { hook, seq } => format!("hook/{hook}/{seq}"),
            Self::Inform { announcement } => format!("inform/{}", announcement.key),
            Self::Remind { subject, count, .. } => format!("remind/{subject}/{count}"),
            Self::ShowWish { wish, version } => format!("show/{wish}/{version}"),
            Self::RemindWish { wish, count } => format!("remind/{wish}/{count}"),
        }
    }

    /// One word for metrics and the outbox's `kind` column.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Analyse { .. } => "analyse",
            Self::Show { .. } => "show",
            Self::Tell { .. } => "tell",
            Self::Mail { .. } => "mail",
            Self::Provision { .. } => "provision",
            Self::Purge { .. } => "purge",
            Self::Page { .. } => "page",
            Self::Hook { .. } => "hook",
            Self::Inform { .. } => "inform",
            Self::Remind { .. } => "remind",
            Self::ShowWish { .. } => "show_wish",
            Self::RemindWish { .. } => "remind_wish",
        }
    }
}
