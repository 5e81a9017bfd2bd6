//! Looking at quotas, at temporary ones, and at wishes for them: what `/quota show` and the cards show to the same
//! people.

use std::collections::BTreeSet;

use super::Looking;
use crate::{
    actions::{
        access,
        quotas::{
            seen::{self, Seen},
            who,
        },
        reviews, templates,
        work::Stop,
    },
    domain::{
        access::{Verb, Whose, may},
        approval::Asked,
        ids::{GrantId, PersonId, WishId},
        platform::Platform,
        quota::{
            Resource, Scope,
            grant::Grant,
            wish::{Wish, WishState},
        },
        refusal::Refusal,
        token,
    },
    ports::store::Stored,
};

impl Looking<'_> {
    /// The scopes whose limits hold for the reader: theirs to look at.
    pub fn limiting(&self) -> BTreeSet<Scope> {
        let teams = self.person.teams.iter().cloned().map(Scope::Team);
        let templates = templates::of(self.work.world, &self.person);
        let templates = templates.iter().map(|template| Scope::Template(template.name.clone()));
        let always = [Scope::Everybody, Scope::Person(self.person.id.clone())];
        always.into_iter().chain(teams).chain(templates).collect()
    }

    /// Every scope that the reader may see: what limits them; and for whoever sees others' things, whatever has limits
    /// or holds something.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn scopes(&mut self) -> Stored<BTreeSet<Scope>> {
        let mut all = self.limiting();
        if !self.sees_all() {
            return Ok(all);
        }
        all.extend(self.work.tx.quota_scopes(self.work.now).await?);
        let defaults = &self.work.world.policy.quotas;
        all.extend(defaults.teams.keys().cloned().map(Scope::Team));
        all.extend(defaults.templates.keys().cloned().map(Scope::Template));
        if !defaults.each_person.0.is_empty() {
            let people = self.work.tx.people().await?.into_iter().filter(|person| person.active);
            all.extend(people.map(|person| Scope::Person(person.id)));
        }
        Ok(all)
    }

    /// The scope that a word means, as it is typed in chat or named by programs, if the reader may see it.
    ///
    /// # Errors
    /// [`Refusal::NoSuchQuota`], the same for what is not there and for what is not theirs to see.
    pub async fn scope(&mut self, word: &str) -> Result<Scope, Stop> {
        let person = self.person.clone();
        let found = match who::scope(&mut self.work, &person, word).await {
            Ok(scope) => Some(scope),
            // What is not there any more may still hold something.
            Err(Stop::Refused(_)) => {
                let named = Scope::from_id(word);
                let known = self.scopes().await?;
                named.filter(|scope| known.contains(scope))
            }
            Err(stop) => return Err(stop),
        };
        let refusal = Refusal::NoSuchQuota { who: word.to_owned(), similar: None };
        match found {
            Some(scope) if self.sees_scope(&scope) => Ok(scope),
            Some(scope) => Err(self.hidden(&scope, refusal).await),
            None => Err(refusal.into()),
        }
    }

    /// What is there and not theirs to see is answered as if it were not there, and the try is on record.
    async fn hidden(&mut self, scope: &Scope, refusal: Refusal) -> Stop {
        match who::about(&mut self.work, scope).await {
            Ok(about) => Stop::Denied { refusal, about, tried: access::tried(Verb::See) },
            Err(error) => error.into(),
        }
    }

    /// Whether they may see how a scope stands.
    pub fn sees_scope(&self, scope: &Scope) -> bool {
        self.may_with(Verb::See, scope)
    }

    /// How a scope that they may see stands.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn standing(&mut self, scope: &Scope) -> Stored<Seen> {
        let person = self.person.clone();
        seen::seen(&mut self.work, &person, scope).await
    }

    /// Whether they may set the limits of a scope.
    pub fn may_set(&self, scope: &Scope) -> bool {
        self.reaches(token::Scope::Admin) && self.may_with(Verb::SetQuota, scope)
    }

    /// Why they may not set the limits of a scope, if so.
    ///
    /// # Errors
    /// [`Refusal::OutOfScope`]; [`Stop::Denied`].
    pub async fn ensure_may_set(&mut self, scope: &Scope) -> Result<(), Stop> {
        if !self.reaches(token::Scope::Admin) {
            return Err(Refusal::OutOfScope { needs: token::Scope::Admin }.into());
        }
        let person = self.person.clone();
        who::ensure(&mut self.work, &person, Verb::SetQuota, scope).await
    }

    /// Whether they may give a scope more for a while, and take that back.
    pub fn may_give(&self, scope: &Scope) -> bool {
        self.reaches(token::Scope::Review) && self.may_with(Verb::GiveQuota, scope)
    }

    /// Whether they may ask for more of that scope.
    pub fn may_wish(&self, scope: &Scope) -> bool {
        let admitted = self.work.world.policy.admits(&self.person).is_ok();
        let own = *scope == Scope::Person(self.person.id.clone());
        let may = may(&self.person, Verb::AskQuota, Whose::Own).is_ok();
        own && admitted && may && self.reaches(token::Scope::Use)
    }

    fn may_with(&self, verb: Verb, scope: &Scope) -> bool {
        may(&self.person, verb, who::whose(self.work.world, &self.person, verb, scope)).is_ok()
    }

    /// A temporary quota that they may see.
    ///
    /// # Errors
    /// [`Refusal::NoSuchGrant`]; or the database fails.
    pub async fn grant(&mut self, id: &str) -> Result<Grant, Stop> {
        let found = match GrantId::parse(id) {
            Some(id) => self.work.tx.grant(&id).await?,
            None => None,
        };
        let refusal = Refusal::NoSuchGrant { id: id.to_owned() };
        match found {
            Some(grant) if self.sees_scope(&grant.scope) => Ok(grant),
            Some(grant) => Err(self.hidden(&grant.scope, refusal).await),
            None => Err(refusal.into()),
        }
    }

    /// A wish that they may see: their own, one that they review, or any for whoever sees others' things.
    ///
    /// # Errors
    /// [`Refusal::NoSuch`]; or the database fails.
    pub async fn wish(&mut self, id: &str) -> Result<Wish, Stop> {
        let found = match WishId::parse(id) {
            Some(id) => self.work.tx.wish(&id).await?,
            None => None,
        };
        let refusal = Refusal::NoSuch { name: id.to_owned(), similar: None };
        match found {
            Some(wish) if self.sees(&wish.asked_by) || self.reviews(&wish).await? => Ok(wish),
            Some(wish) => Err(self.hidden(&wish.scope(), refusal).await),
            None => Err(refusal.into()),
        }
    }

    async fn reviews(&mut self, wish: &Wish) -> Stored<bool> {
        let voter = reviews::voter(&mut self.work, &self.person).await?;
        Ok(wish.ballot.may_review(&voter, Asked { by: &wish.asked_by, team: None }).is_ok())
    }

    /// Whether they may say yes to a wish now, and whether no.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn may_review_wish(&mut self, wish: &Wish) -> Stored<(bool, bool)> {
        if !matches!(wish.state, WishState::Pending(_)) || !self.reaches(token::Scope::Review) {
            return Ok((false, false));
        }
        let voter = reviews::voter(&mut self.work, &self.person).await?;
        let asked = Asked { by: &wish.asked_by, team: None };
        let counts = |rejected| {
            wish.ballot.clone().vote(&voter, asked, Platform::Api, rejected, self.work.now).is_ok()
        };
        Ok((counts(None) && wish.until > self.work.now, counts(Some(String::new()))))
    }

    /// Whether a scope has any limit, without which nothing could be added to it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_limited(&mut self, scope: &Scope) -> Stored<bool> {
        let limits = seen::permanent(&mut self.work, scope).await?;
        Ok(Resource::ALL.into_iter().any(|resource| limits.of(resource).is_some()))
    }

    /// Somebody, if there is a person of that id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_known(&mut self, id: &PersonId) -> Stored<bool> {
        Ok(self.work.tx.person(id).await?.is_some())
    }
}
