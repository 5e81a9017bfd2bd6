//! The host key and the authorised keys. The SSH server reads them as files, so that changed keys need no restart.

use std::collections::BTreeMap;

use k8s_openapi::{ByteString, api::core::v1::Secret};

use crate::cluster::{
    host_key::HostKey,
    kubernetes::{controller::plan::Plan, names},
};

/// The host key that a Secret holds; `None` when it holds none that can be read.
pub fn host_key(secret: &Secret) -> Option<HostKey> {
    let text = &secret.data.as_ref()?.get(names::HOST_KEY_FILE)?.0;
    HostKey::read(std::str::from_utf8(text).ok()?).ok()
}

pub(super) fn build(plan: &Plan, key: &HostKey) -> Secret {
    let keys: String = plan.keys.iter().map(|line| format!("{line}\n")).collect();
    let data: BTreeMap<String, ByteString> = [
        (names::HOST_KEY_FILE.to_owned(), key.private().to_owned()),
        (format!("{}.pub", names::HOST_KEY_FILE), format!("{}\n", key.line())),
        ("authorized_keys".to_owned(), keys),
    ]
    .map(|(name, text)| (name, ByteString(text.into_bytes())))
    .into();
    Secret {
        metadata: plan.named(names::SECRET),
        type_: Some("Opaque".to_owned()),
        data: Some(data),
        immutable: Some(false),
        ..Secret::default()
    }
}
