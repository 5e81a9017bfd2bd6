//! Sublet's own messages, written into the console.

use async_trait::async_trait;
use tracing::error;

use super::{Body, Console, SUBLET, channel};
use crate::ports::{
    Failure,
    chat::{Chat, Message, MessageRef, Posting, Workspace},
    store::StoreError,
};

#[async_trait]
impl Chat for Console {
    fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    async fn post(&self, posting: Posting<'_>) -> Result<MessageRef, Failure> {
        let channel = channel(posting.room);
        let body = Body::Posted { message: posting.message.clone() };
        let key = format!("post:{channel}:{}", posting.key);
        let id = self.write(&key, posting.room, SUBLET, None, &body).await.map_err(not_written)?;
        Ok(MessageRef { workspace: self.workspace.clone(), channel, id })
    }

    async fn rewrite(&self, at: &MessageRef, message: &Message) -> Result<(), Failure> {
        let body = Body::Posted { message: message.clone() };
        match self.replace(&at.id, &body).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Failure::never("the message is not in the console any more")),
            Err(error) => Err(not_written(error)),
        }
    }
}

fn not_written(error: StoreError) -> Failure {
    if let StoreError::Fault(fault) = &error {
        error!(fault = format!("{fault:#}"), "the console could not write a message");
    }
    Failure::later("the console's database did not take the message")
}
