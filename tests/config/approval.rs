//! Who must agree, and what things cost.

use std::{fs, path::Path};

use super::{faults, load};

#[test]
fn rules_and_prices_are_read() {
    let text = format!(
        "{}\n{}",
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/sublet.example.toml")).unwrap(),
        r#"
        [approval.requests]
        needs = ["2 of approvers", "@kim"]
        escalate = { after = "2h", to = "admins" }
        [approval.auto]
        longest = "4h"
        [approval.auto.limits]
        cpu = "500m"
        [prices]
        currency = "EUR"
        cpu = "0.03"
        environment = 1
        [prices.templates]
        gpu = "1.2"
        "#
    );
    let config = load(&text, &[]).unwrap();
    assert_eq!(config.approval.requests.words(), "2 of the approvers and @kim");
    assert_eq!(config.approval.extensions, Default::default());
    let prices = config.prices.unwrap();
    assert_eq!((prices.cpu, prices.memory, prices.environment), (30_000, 0, 1_000_000));
    assert_eq!(prices.templates["gpu"], 1_200_000);
    let wrong = "[approval.requests]\nneeds = [\"2 of @kim\"]\n[prices]\ncpu = \"-1\"";
    let told = faults(wrong, &[]);
    for fault in ["2 of 1 people will never come together.", "prices.currency", "“-1” is no price."] {
        assert!(told.contains(fault), "{told}");
    }
}
