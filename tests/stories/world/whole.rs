//! All that a try could change, as text to be compared.

use chrono::DateTime;
use sublet::domain::quota::Scope;

use super::World;

impl World {
    /// What there is: people, what they have and asked for, and what is yet to be done. What is on record is left out.
    pub async fn whole(&self) -> String {
        let mut tx = self.looks().await;
        let mut text = String::new();
        for person in tx.people().await.expect("people") {
            let requests = tx.requests_of(&person.id, 99).await.expect("requests");
            for request in &requests {
                let lease = tx.lease_of_request(&request.id).await.expect("a lease");
                if let Some(lease) = &lease {
                    text += &format!("{:?}\n", tx.extensions_of(&lease.id).await.expect("extensions"));
                }
                text += &format!("{lease:?}\n");
            }
            let keys = tx.keys_of(&person.id).await.expect("keys");
            let accounts = tx.accounts_of(&person.id).await.expect("accounts");
            let tokens = tx.tokens_of(&person.id).await.expect("tokens");
            let delegation = tx.delegation_of(&person.id).await.expect("a delegation");
            text +=
                &format!("{person:?}\n{requests:?}\n{keys:?}\n{accounts:?}\n{tokens:?}\n{delegation:?}\n");
            let scope = Scope::Person(person.id.clone());
            let limits = tx.limits_of(&scope).await.expect("limits");
            let held = tx.held(&scope).await.expect("what is held");
            let grants = tx.grants_of(&scope, DateTime::UNIX_EPOCH).await.expect("grants");
            let wishes = tx.wishes_of(&person.id).await.expect("wishes");
            text += &format!("{limits:?}\n{held:?}\n{grants:?}\n{wishes:?}\n");
        }
        text + &format!("{:?}", tx.waiting(100).await.expect("effects"))
    }
}
