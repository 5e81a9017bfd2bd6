//! `sublet demo --kube --tour`: the story as a stranger plays it.

use crate::world::World;

#[test]
fn the_tour_ends_as_told_on_a_cluster_too() {
    let Some(kubeconfig) = crate::support::required("SUBLET_TEST_NODE_KUBECONFIG") else { return };
    let home = tempfile::tempdir().unwrap();
    let mut program = World::program(kubeconfig.as_ref(), home.path());
    let output = program
        .args(["demo", "--kube", "--tour", "--image", "registry.local/sublet-ssh:1"])
        .output()
        .unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success(), "{text}");
    for told in [
        "Cluster: context ",
        "Making the namespace sublet-tour",
        "hello from web-",
        "another key is refused",
        "Kept apart by Kubernetes",
        "nobody can log in any more",
        "The story ended as told.",
    ] {
        assert!(text.contains(told), "“{told}” is missing in:\n{text}");
    }
}
