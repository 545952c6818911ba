//! Mails in the outbox. They hold secrets, so that they lie there sealed.

use base64::{Engine, engine::general_purpose::STANDARD};
use rostrum_core::{
    ids::{OutboxId, WorkspaceId},
    mail::Mail,
    seal::{Binding, Sealed},
};
use rostrum_lambda_kit::vault::{Vault, VaultError};
use rostrum_store::outbox::{Kind, Message};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// The payload of [`Kind::Mail`].
#[derive(Serialize, Deserialize)]
struct Envelope {
    /// The sealed mail, in base 64.
    sealed: String,
}

/// The message that a mail is in the outbox.
///
/// # Errors
/// If there is no key to seal it with.
pub async fn seal(vault: &Vault, id: OutboxId, workspace_id: WorkspaceId, mail: &Mail) -> Result<Message, VaultError> {
    // A mail is plain strings, which always are JSON.
    let plain = Zeroizing::new(serde_json::to_vec(mail).unwrap_or_default());
    let sealed = vault.seal(&Binding::of_mail(id, workspace_id), &plain).await?;
    let payload = serde_json::json!(Envelope { sealed: STANDARD.encode(sealed.as_bytes()) });
    Ok(Message { id, workspace_id, kind: Kind::Mail, payload })
}

/// The mail that a message is.
pub(crate) async fn open(vault: &Vault, message: &Message) -> Result<Mail, String> {
    let envelope: Envelope =
        serde_json::from_value(message.payload.clone()).map_err(|_| "the message is no sealed mail")?;
    let bytes = STANDARD.decode(&envelope.sealed).map_err(|_| "the message is no sealed mail")?;
    let sealed = Sealed::from_bytes(bytes).map_err(|error| error.to_string())?;
    let plain = vault.open(&Binding::of_mail(message.id, message.workspace_id), &sealed).await;
    let plain = plain.map_err(|error| error.to_string())?;
    serde_json::from_slice(&plain).map_err(|_| "the message is no sealed mail".to_owned())
}
