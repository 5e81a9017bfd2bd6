//! Orphans: namespaces of environments that are not there any more. They are found and told, never deleted.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::Namespace;
use kube::{Api, ResourceExt};

use super::{
    context::Context,
    faults::{Doing, Fault},
    stores::environment_of,
    watch::at,
};
use crate::cluster::kubernetes::{names, resource::Environment};

/// Looks for orphans; those in `told` are known already.
pub(super) async fn look(context: &Context, told: &mut BTreeSet<String>) -> Result<(), Fault> {
    let mut found = BTreeSet::new();
    for namespace in context.stores.namespaces.state() {
        if let Some(environment) = missing(context, &namespace).await? {
            let namespace = namespace.name_any();
            if !told.contains(&namespace) {
                tracing::warn!(
                    namespace,
                    environment,
                    "this namespace was made for an environment that is not there any more; nothing removes it: \
                     look into it, then delete it by hand"
                );
            }
            found.insert(namespace);
        }
    }
    metrics::gauge!("sublet_orphans").set(f64::from(u32::try_from(found.len()).unwrap_or(u32::MAX)));
    *told = found;
    Ok(())
}

/// The name of the environment that a namespace was made for, if there is none such.
async fn missing(context: &Context, namespace: &Namespace) -> Result<Option<String>, Fault> {
    let Some(name) = environment_of(&context.home, &namespace.metadata) else { return Ok(None) };
    let is_its = |environment: &Environment| names::namespace(environment) == namespace.name_any();
    let stored = context.stores.environments.get(&at(Some(&context.home), name));
    if namespace.metadata.deletion_timestamp.is_some()
        || stored.is_some_and(|environment| is_its(&environment))
    {
        return Ok(None);
    }
    // The store may lag.
    let api = Api::<Environment>::namespaced(context.client.clone(), &context.home);
    let there = api.get_opt(name).await.doing("the environment of a namespace cannot be read")?;
    Ok(there.is_none_or(|environment| !is_its(&environment)).then(|| name.to_owned()))
}
