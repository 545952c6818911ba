//! Pictures in the outbox that may be unused: their objects leave the bucket.

use rostrum_core::ids::OutboxId;
use rostrum_store::{
    Error, Transaction,
    outbox::Message,
    posts::objects::{self, Object, Standing},
};

use crate::Relay;

impl Relay {
    /// Deletes the objects that nothing shows now, whatever was so when the message was written. Nobody writes one of them
    /// until `transaction` is over.
    pub(crate) async fn delete_unused(
        &self,
        transaction: &mut Transaction,
        messages: &[&Message],
    ) -> Result<Vec<(OutboxId, String)>, Error> {
        let mut failed = Vec::new();
        for message in messages {
            let Some(object) = Object::named(&message.payload) else {
                failed.push((message.id, "the message does not name a picture".to_owned()));
                continue;
            };
            let deleted = match objects::standing(transaction, &object).await? {
                Standing::Unused => self.delete(&object).await,
                Standing::Shown => Ok(()),
                Standing::Busy => Err("the picture is being written or deleted".to_owned()),
            };
            if let Err(reason) = deleted {
                failed.push((message.id, reason));
            }
        }
        Ok(failed)
    }

    async fn delete(&self, object: &Object) -> Result<(), String> {
        let media = self.media.as_ref().ok_or("this function deletes no pictures")?;
        let deleted = self.effects.perform("object delete", media.delete(&object.key())).await;
        deleted.map_err(|error| error.to_string())
    }
}
