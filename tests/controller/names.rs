//! Names and labels: always valid, never the same for two.

use proptest::prelude::*;
use sublet::cluster::kubernetes::names;

use crate::some::environment;

/// What Kubernetes takes as a label's value.
fn is_label(text: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || ['-', '_', '.'].contains(&c);
    text.len() <= 63
        && text.chars().all(inside)
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric())
}

/// What it takes as a namespace's name.
fn is_dns_label(text: &str) -> bool {
    is_label(text) && !text.contains(|c: char| c.is_ascii_uppercase() || c == '_' || c == '.')
}

proptest! {
    #[test]
    fn an_owner_is_always_a_label(email in "\\PC{0,100}") {
        prop_assert!(is_label(&names::owner(&email)), "{}", names::owner(&email));
    }

    #[test]
    fn two_owners_never_have_one_label(
        one in "[a-zA-Z.+_' -]{1,80}",
        other in "[a-zA-Z.+_' -]{1,80}",
    ) {
        let (one, other) = (format!("{one}@example.org"), format!("{other}@example.org"));
        prop_assume!(one != other);
        prop_assert_ne!(names::owner(&one), names::owner(&other));
    }

    #[test]
    fn a_namespace_is_always_a_name(
        name in "[a-z]([a-z0-9-]{0,70}[a-z0-9])?",
        lease in "[a-z0-9]([a-z0-9_-]{0,60}[a-z0-9])?",
    ) {
        let mut one = environment();
        one.metadata.name = Some(name);
        one.spec.lease = lease;
        let namespace = names::namespace(&one);
        prop_assert!(is_dns_label(&namespace), "{}", namespace);
        let mut other = one.clone();
        other.spec.lease.push('0');
        prop_assert_ne!(namespace, names::namespace(&other));
    }
}

#[test]
fn addresses_that_differ_in_punctuation_or_case_are_told_apart() {
    let alike =
        ["a.b@example.org", "a-b@example.org", "a_b@example.org", "a+b@example.org", "A.b@example.org"];
    let labels: std::collections::BTreeSet<String> = alike.iter().map(|email| names::owner(email)).collect();
    assert_eq!(labels.len(), alike.len());
    insta::assert_snapshot!(names::owner("dana+lab@example.org"), @"dana-lab-example.org-ec411055");
    insta::assert_snapshot!(names::namespace(&environment()), @"web-7k3f2-3755677c");
}

#[test]
fn labels_tell_the_owner_the_lease_and_the_template() {
    let labels = names::labels("web-7k3f2", &environment().spec);
    insta::assert_snapshot!(serde_saphyr::to_string(&labels).unwrap(), @"
    app.kubernetes.io/managed-by: sublet
    app.kubernetes.io/name: environment
    sublet.dev/environment: web-7k3f2
    sublet.dev/lease: lea_01994f2a
    sublet.dev/owner: dana-example.org-59219d87
    sublet.dev/template: web
    ");
    assert!(labels.values().all(|value| is_label(value)));
}
