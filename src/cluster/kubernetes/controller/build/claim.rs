//! The claim of the volume, which outlives pods and restarts.

use k8s_openapi::api::core::v1::{
    PersistentVolumeClaim, PersistentVolumeClaimSpec, VolumeResourceRequirements,
};

use crate::cluster::kubernetes::controller::plan::Plan;

pub(super) fn build(plan: &Plan) -> Option<PersistentVolumeClaim> {
    let volume = plan.volume.as_ref()?;
    Some(PersistentVolumeClaim {
        metadata: plan.named(&plan.name),
        spec: Some(PersistentVolumeClaimSpec {
            access_modes: Some(vec!["ReadWriteOnce".to_owned()]),
            resources: Some(VolumeResourceRequirements {
                requests: Some([("storage".to_owned(), volume.size.clone())].into()),
                ..VolumeResourceRequirements::default()
            }),
            storage_class_name: volume.class.clone(),
            volume_mode: Some("Filesystem".to_owned()),
            ..PersistentVolumeClaimSpec::default()
        }),
        ..PersistentVolumeClaim::default()
    })
}
