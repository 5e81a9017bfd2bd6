//! What stands in front of the API, whose tokens it takes, and who outside is told: read, and refused.

use secrecy::ExposeSecret;
use sublet::domain::{person::Role, token::Scope};

use super::{SMALLEST, faults, load};

const SECRET: (&str, &str) = ("HOOK", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8G");

#[test]
fn everything_that_can_be_said_is_read() {
    let text = format!(
        r#"{SMALLEST}
[api.tokens]
scopes = ["read"]
lasts = "7d"
longest = "30d"
most = 3

[api.limits]
per_minute = 60
per_address = 6
streams = 1
patience = "3s"
proxies = ["10.0.0.0/8", "192.0.2.7"]

[oidc]
issuer = "https://login.example.org/realm/"
audience = ["sublet"]
scopes = ["read", "review"]
[oidc.roles]
"the reviewers" = "devops"
[oidc.teams]
shop-devs = "shop"

[[webhooks]]
name = "ci"
url = "http://127.0.0.1:9000/sublet"
secret_env = "HOOK"
events = ["approved", "gone"]
"#
    );
    let config = load(&text, &[SECRET]).unwrap();
    let (tokens, limits) = (&config.api.tokens, &config.api.limits);
    assert_eq!(
        (tokens.scopes.len(), tokens.usual.num_days(), tokens.longest.num_days(), tokens.most),
        (1, 7, 30, 3)
    );
    assert_eq!((limits.per_minute.get(), limits.per_address.get(), limits.streams), (60, 6, 1));
    assert_eq!(limits.proxies.len(), 2);
    let oidc = config.oidc.as_ref().unwrap();
    assert_eq!(oidc.issuer, "https://login.example.org/realm/", "a slash at its end is part of it");
    assert_eq!(oidc.roles.get("the reviewers"), Some(&Role::Approver));
    assert_eq!(oidc.teams.get("shop-devs").map(String::as_str), Some("shop"));
    assert_eq!(oidc.scopes, [Scope::Read, Scope::Review].into());
    let hook = &config.webhooks[0];
    assert!(hook.hook.wants("gone") && !hook.hook.wants("ready"));
    assert_eq!(hook.secret.expose_secret(), SECRET.1);
    let shown = format!("{config:?} {}", config.summary());
    assert!(!shown.contains(SECRET.1), "no secret is shown");
    assert!(shown.contains("webhooks ci"));
}

#[test]
fn what_would_not_be_safe_or_make_sense_is_refused() {
    let wrong = |text: &str| faults(&format!("{SMALLEST}\n{text}"), &[SECRET, ("WEAK", "whsec_aGk=")]);
    let hook = "[[webhooks]]\nname = \"ci\"\nsecret_env = \"HOOK\"\n";
    for (text, told) in [
        ("[api.tokens]\nlasts = \"40d\"\nlongest = \"30d\"", "longer than they may"),
        ("[api.tokens]\nscopes = [\"reed\"]", "read"),
        ("[api.limits]\nper_minute = 0", "outside the limits"),
        ("[api.limits]\nproxies = [\"everybody\"]", "no range of addresses"),
        ("[oidc]\nissuer = \"http://login.example.org\"\naudience = [\"a\"]", "unprotected"),
        ("[oidc]\nissuer = \"https://login.example.org\"", "missing"),
        ("[oidc]\nissuer = \"https://login.example.org\"\naudience = []", "no token would count"),
        ("[oidc]\naudience = [\"a\"]", "no issuer"),
        ("[oidc]\nissuer = \"https://a.b\"\naudience = [\"a\"]\n[oidc.roles]\nx = \"king\"", "king"),
        (&format!("{hook}url = \"http://ci.example.org\""), "unprotected"),
        (&format!("{hook}url = \"https://ci.example.org\"\nevents = [\"aproved\"]"), "approved"),
        (&format!("{hook}url = \"https://a.b\"\n{hook}url = \"https://a.b\""), "named before"),
        ("[[webhooks]]\nname = \"ci\"\nurl = \"https://a.b\"", "missing"),
        (
            "[[webhooks]]\nname = \"ci\"\nurl = \"https://a.b\"\nsecret_env = \"WEAK\"",
            "no secret of a webhook",
        ),
        ("[[webhooks]]\nname = \"ci\"\nurl = \"https://a.b\"\nsecret = \"hush-hush\"", "does not belong"),
    ] {
        let faults = wrong(text);
        assert!(faults.contains(told), "{text}: {faults}");
        assert!(!faults.contains("whsec_aGk") && !faults.contains("hush-hush"), "{faults}");
    }
}
