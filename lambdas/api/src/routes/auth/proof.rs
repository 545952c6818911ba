//! What somebody shows to prove who they are: a password, and the code of a second factor where they have one.

use rostrum_core::{
    employee::Email,
    ids::UserId,
    password,
    seal::{Binding, Sealed},
    sign_in::{
        lockout,
        second_factor::{SecondFactor, recovery_digest},
    },
};
use rostrum_store::{
    Transaction,
    sign_in::{self, Account},
};

use crate::{App, error::ApiError};

/// The account with this address, if attempts are looked at now and the password is that of the account. Takes the same
/// time whatever the answer, and if there is no such account: the attempt is counted while the password is hashed, which
/// takes longer. The answer waits for both.
pub(super) async fn by_password(app: &App, email: &str, password: String) -> Result<Option<Account>, ApiError> {
    let Ok(email) = Email::parse(email) else {
        has_password(None, password).await;
        return Ok(None);
    };
    let mut transaction = app.database().await?.begin().await?;
    let shown = sign_in::lock_by_email(&mut transaction, &email).await?;
    let counted = reserve(app, transaction, shown.clone());
    let (account, is_right) = tokio::join!(counted, has_password(shown.as_ref(), password));
    Ok(account?.filter(|_| is_right))
}

/// The account of somebody who is signed in, if attempts are looked at now.
pub(super) async fn attempt_of(app: &App, user_id: UserId) -> Result<Option<Account>, ApiError> {
    let mut transaction = app.database().await?.begin().await?;
    let account = sign_in::lock_by_id(&mut transaction, user_id).await?;
    reserve(app, transaction, account).await
}

/// The attempt counts as failed before anything comes of it: a hundred at once are a hundred, and the lock holds for all
/// but the first five.
async fn reserve(
    app: &App,
    mut transaction: Transaction,
    account: Option<Account>,
) -> Result<Option<Account>, ApiError> {
    let now = app.ambient().now();
    let Some(account) = account.filter(|account| account.locked_until.is_none_or(|until| until <= now)) else {
        return Ok(None);
    };
    let failures = account.failures.saturating_add(1);
    let locked_until = lockout::delay(failures).map(|delay| now + delay);
    sign_in::count(&mut transaction, account.id, failures, locked_until).await?;
    app.effects().perform("commit", transaction.commit()).await?;
    if locked_until.is_some() {
        tracing::warn!(user_id = %account.id, failures, "attempts to sign in are not looked at for a while");
    }
    Ok(Some(account))
}

/// Whether the password is that of the account. Takes the same time whatever the answer, and if there is no account.
pub(super) async fn has_password(account: Option<&Account>, password: String) -> bool {
    let known = account.and_then(|account| account.password_hash.clone());
    // Hashing takes tens of milliseconds of a processor; the other requests of this thread must not wait for it.
    tokio::task::spawn_blocking(move || password::verify(&password, known.as_deref())).await.unwrap_or(false)
}

/// The attempt was no guess: it does not count. All others do, also those that were made meanwhile.
pub(super) async fn give_back(app: &App, account: &Account) -> Result<(), ApiError> {
    let mut transaction = app.database().await?.begin().await?;
    sign_in::give_back(&mut transaction, account.id, lockout::FREE).await?;
    app.effects().perform("commit", transaction.commit()).await?;
    Ok(())
}

/// The second factor that is kept with the account.
pub(super) async fn second_factor(app: &App, account: &Account) -> Result<Option<SecondFactor>, ApiError> {
    let Some(kept) = &account.totp_secret else { return Ok(None) };
    let sealed = Sealed::from_bytes(kept.clone()).map_err(ApiError::internal)?;
    let secret = app.vault().await?.open(&Binding::of_second_factor(account.id), &sealed).await?;
    Ok(Some(SecondFactor::from_secret(&secret).map_err(ApiError::internal)?))
}

/// Takes the code, of the app or one for recovery. Answers whether it is right and was not used before.
pub(super) async fn take_code(
    app: &App,
    transaction: &mut Transaction,
    account: &Account,
    factor: &SecondFactor,
    code: &str,
) -> Result<bool, ApiError> {
    let now = app.ambient().now();
    match factor.step_of(code.trim(), now, account.totp_last_step) {
        Some(step) => Ok(sign_in::take_step(transaction, account.id, step).await?),
        None => Ok(sign_in::take_recovery_code(transaction, account.id, &recovery_digest(code), now).await?),
    }
}
