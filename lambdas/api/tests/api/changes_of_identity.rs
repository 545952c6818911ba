//! Every route that changes who somebody is, what they may do, or how they prove it: asked for twice, and dying at every
//! effect. Requests of which each repetition leaves something of its own are looked at roughly here; what it leaves, and
//! what whoever heard nothing then sees, stands in `lost_answers`.

use futures::future::LocalBoxFuture;
use http::Method;
use rostrum_core::{access::Role, seal::Binding};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    change::{Change, FACTOR, Look, Scene, admin, check},
    harness::{Api, PASSWORD},
};

const NEW: &str = "verhext-Ziegel-7-Trommel";
/// What came by mail.
const TO_GUEST: &str = "rostrum_invite_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const TO_NEW: &str = "rostrum_invite_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB";
const VERIFICATION: &str = "rostrum_verify_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const RESET: &str = "rostrum_reset_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// A recovery code of the brand manager.
const RECOVERY: &str = "AAAA-BBBB-CCCC-DDDD";
/// Somebody of the other workspace.
const GUEST: Uuid = Uuid::from_u128(0x11);
const SESSION_OF_GUEST: Uuid = Uuid::from_u128(0x12);

const SCENE: Scene = Scene { arrange, token: Some(admin), lines: LINES, look: Look::Closely };
const ANYBODY: Scene = Scene { token: None, ..SCENE };
const ROUGHLY: Scene = Scene { look: Look::Roughly, ..SCENE };

const LINES: &str = "
    SELECT 'person ' || name || ', ' || email || ', ' || status || ', password ' || (password_hash IS NOT NULL)
           || ', verified ' || (email_verified_at IS NOT NULL) || ', locked ' || (locked_until IS NOT NULL) || ', factor '
           || CASE WHEN totp_confirmed_at IS NOT NULL THEN 'confirmed' WHEN totp_secret IS NOT NULL THEN 'begun' ELSE 'none' END
           || ', ' || preferences::text
    FROM users WHERE kind = 'person'
    UNION ALL
    SELECT 'member ' || email || ', ' || role FROM memberships JOIN users ON users.id = user_id WHERE kind = 'person'
    UNION ALL
    SELECT 'session ' || email || ', ' || device || ', ' || coalesce(ended_because, 'open')
    FROM sessions JOIN users ON users.id = user_id
    UNION ALL
    SELECT 'proof ' || email || ', ' || purpose || ', used ' || (used_at IS NOT NULL)
    FROM mail_proofs JOIN users ON users.id = user_id
    UNION ALL
    SELECT 'recovery ' || email || ', used ' || (used_at IS NOT NULL) FROM recovery_codes JOIN users ON users.id = user_id
    UNION ALL
    SELECT 'invitation ' || email || ', ' || role || ', accepted ' || (accepted_at IS NOT NULL) || ', revoked '
           || (revoked_at IS NOT NULL)
    FROM invitations
    UNION ALL
    SELECT 'key ' || api_keys.name || ', ' || role || ', ' || array_to_string(permissions, ' ') || ', revoked '
           || (revoked_at IS NOT NULL)
    FROM api_keys JOIN memberships USING (workspace_id, user_id)
    UNION ALL
    SELECT 'audited ' || action FROM audit_log
    UNION ALL
    SELECT 'left ' || kind FROM outbox
    ORDER BY 1";

fn reviewer(api: &Api) -> String {
    api.token(Role::Reviewer)
}

fn brand_manager(api: &Api) -> String {
    api.token(Role::BrandManager)
}

fn guest(api: &Api) -> String {
    api.token_of(GUEST.into(), api.other.id, SESSION_OF_GUEST.into())
}

/// Something of everything: invitations to a guest and to somebody new, somebody who has not verified their address, a
/// reviewer with a second factor that was begun and a brand manager with one that is confirmed, another session of the
/// admin, a key.
fn arrange(api: &Api) -> LocalBoxFuture<'_, ()> {
    Box::pin(async move {
        let (here, there, now) = (api.workspace.id, api.other.id, api.ambient.now().to_rfc3339());
        let [admin, reviewer, manager] = [Role::Admin, Role::Reviewer, Role::BrandManager].map(|role| api.user(role));
        let (fresh, program) = (Uuid::from_u128(0x13), Uuid::from_u128(0x14));
        for sql in [
            format!("UPDATE workspaces SET registration = 'open' WHERE id = '{here}'"),
            format!(
                "INSERT INTO users (id, email, name, kind, email_verified_at, created_at, updated_at)
                 VALUES ('{GUEST}', 'guest@example.com', 'Guest', 'person', '{now}', '{now}', '{now}'),
                        ('{fresh}', 'fresh@example.com', 'Fresh', 'person', NULL, '{now}', '{now}'),
                        ('{program}', 'program@service.invalid', 'Robot', 'service', NULL, '{now}', '{now}')"
            ),
            format!(
                "INSERT INTO memberships (workspace_id, user_id, role, created_at)
                 VALUES ('{there}', '{GUEST}', 'user', '{now}'), ('{here}', '{fresh}', 'user', '{now}'),
                        ('{here}', '{program}', 'reviewer', '{now}')"
            ),
            format!(
                "INSERT INTO sessions (id, user_id, workspace_id, device, created_at, last_used_at, expires_at)
                 VALUES ('{SESSION_OF_GUEST}', '{GUEST}', '{there}', 'laptop', '{now}', '{now}', '2100-01-01'),
                        ('00000000-0000-0000-0000-000000000021', '{admin}', '{here}', 'phone', '{now}', '{now}', '2100-01-01')"
            ),
            format!(
                "INSERT INTO invitations (id, workspace_id, email, role, digest, invited_by, created_at, expires_at)
                 VALUES (gen_random_uuid(), '{here}', 'guest@example.com', 'publisher', sha256('{TO_GUEST}'), '{admin}', '{now}', '2100-01-01'),
                        ('00000000-0000-0000-0000-000000000022', '{here}', 'new@example.com', 'reviewer', sha256('{TO_NEW}'), '{admin}', '{now}', '2100-01-01')"
            ),
            format!(
                "INSERT INTO mail_proofs (digest, user_id, purpose, created_at, expires_at)
                 VALUES (sha256('{VERIFICATION}'), '{fresh}', 'verification', '{now}', '2100-01-01'),
                        (sha256('{RESET}'), '{reviewer}', 'password_reset', '{now}', '2100-01-01')"
            ),
            format!(
                "INSERT INTO api_keys (id, workspace_id, user_id, name, digest, hint, permissions, created_by, created_at, expires_at)
                 VALUES ('00000000-0000-0000-0000-000000000023', '{here}', '{program}', 'Robot', sha256('robot'), 'abcd', '{{posts.read}}', '{admin}', '{now}', '2100-01-01')"
            ),
            format!("INSERT INTO recovery_codes (user_id, digest) VALUES ('{manager}', sha256('AAAABBBBCCCCDDDD'))"),
        ] {
            api.change(&sql).await;
        }
        for (person, confirmed_at) in [(reviewer, None), (manager, Some(api.ambient.now()))] {
            let sealed = api.vault().seal(&Binding::of_second_factor(person), FACTOR).await.unwrap();
            sqlx::query("UPDATE users SET totp_secret = $2, totp_confirmed_at = $3 WHERE id = $1")
                .bind(person.uuid())
                .bind(sealed.as_bytes())
                .bind(confirmed_at)
                .execute(&api.database.admin)
                .await
                .unwrap();
        }
    })
}

fn of(scene: Scene, method: Method, path: &'static str, body: Value, answers: &'static [u16]) -> Change {
    Change { method, path, body, answers, scene }
}

#[tokio::test]
async fn who_is_invited_is_invited_once_and_gets_one_mail() {
    let body = json!({ "email": "other@example.com", "role": "reviewer" });
    check(of(SCENE, Method::POST, "/api/v1/invitations", body, &[201]), &["commit", "send mail", "commit"]).await;
}

#[tokio::test]
async fn an_invitation_is_revoked_once() {
    let path = "/api/v1/invitations/00000000-0000-0000-0000-000000000022";
    check(of(SCENE, Method::DELETE, path, Value::Null, &[204, 404]), &["commit"]).await;
}

#[tokio::test]
async fn an_invitation_is_accepted_once() {
    // Whoever heard nothing is told that the invitation was used, and signs in.
    let body = json!({ "name": "New One", "password": NEW, "invitation": TO_NEW });
    check(of(ANYBODY, Method::POST, "/api/v1/auth/register", body, &[201, 422]), &["commit"]).await;
    let body = json!({ "invitation": TO_GUEST });
    let scene = Scene { token: Some(guest), ..SCENE };
    check(of(scene, Method::POST, "/api/v1/invitations/acceptance", body, &[204, 422]), &["commit"]).await;
}

#[tokio::test]
async fn somebody_registers_once_where_that_is_open() {
    let body = json!({ "name": "Open", "password": NEW, "email": "open@example.com", "workspace": "SLUG" });
    let scene = Scene { token: None, ..ROUGHLY };
    check(of(scene, Method::POST, "/api/v1/auth/register", body, &[202]), &["commit"]).await;
}

#[tokio::test]
async fn of_what_mails_prove_the_newest_counts() {
    for (path, email) in
        [("/api/v1/auth/email-verification", "fresh@example.com"), ("/api/v1/auth/password-reset", "admin@example.com")]
    {
        check(of(ANYBODY, Method::POST, path, json!({ "email": email }), &[202]), &["commit"]).await;
    }
}

#[tokio::test]
async fn what_a_mail_proves_it_proves_once() {
    let (path, body) = ("/api/v1/auth/email-verification/confirmation", json!({ "token": VERIFICATION }));
    check(of(ANYBODY, Method::POST, path, body, &[204, 422]), &["commit"]).await;
    let (path, body) = ("/api/v1/auth/password-reset/confirmation", json!({ "token": RESET, "new_password": NEW }));
    check(of(ANYBODY, Method::POST, path, body, &[204, 422]), &["commit"]).await;
}

#[tokio::test]
async fn a_password_is_set_once() {
    // The attempt is counted first, and commits. Later the old password is the wrong one.
    let body = json!({ "password": PASSWORD, "new_password": NEW });
    check(of(SCENE, Method::PUT, "/api/v1/auth/password", body, &[204, 401]), &["commit", "commit"]).await;
}

#[tokio::test]
async fn somebody_signs_in() {
    let body = json!({ "email": "admin@example.com", "password": PASSWORD });
    let scene = Scene { token: None, ..ROUGHLY };
    check(of(scene, Method::POST, "/api/v1/auth/login", body, &[200]), &["commit", "commit"]).await;
}

#[tokio::test]
async fn a_session_ends_once() {
    check(of(SCENE, Method::POST, "/api/v1/auth/logout", Value::Null, &[204, 401]), &["commit"]).await;
    let path = "/api/v1/auth/sessions/00000000-0000-0000-0000-000000000021";
    check(of(SCENE, Method::DELETE, path, Value::Null, &[204, 404]), &["commit"]).await;
}

#[tokio::test]
async fn a_second_factor_is_begun_confirmed_and_removed_once() {
    check(of(ROUGHLY, Method::POST, "/api/v1/auth/second-factor", Value::Null, &[201]), &["commit"]).await;
    let (scene, body) = (Scene { token: Some(reviewer), ..SCENE }, json!({ "code": "CODE" }));
    check(of(scene, Method::PUT, "/api/v1/auth/second-factor", body, &[200, 409]), &["commit"]).await;
    // As with a password, the attempt is counted first.
    let (scene, body) = (Scene { token: Some(brand_manager), ..SCENE }, json!({ "code": RECOVERY }));
    let path = "/api/v1/auth/second-factor/removal";
    check(of(scene, Method::POST, path, body, &[204, 409]), &["commit", "commit"]).await;
}

#[tokio::test]
async fn a_member_is_changed_and_removed_once() {
    let body = json!({ "role": "reviewer" });
    check(of(SCENE, Method::PUT, "/api/v1/members/MEMBER/role", body, &[200]), &["commit"]).await;
    check(of(SCENE, Method::DELETE, "/api/v1/members/MEMBER", Value::Null, &[204, 404]), &["commit"]).await;
}

#[tokio::test]
async fn a_key_is_made_and_revoked_once() {
    let body = json!({ "name": "Report", "role": "reviewer", "permissions": ["posts.read"], "expires_in_days": 1 });
    check(of(ROUGHLY, Method::POST, "/api/v1/api-keys", body, &[201]), &["commit"]).await;
    let path = "/api/v1/api-keys/00000000-0000-0000-0000-000000000023";
    check(of(SCENE, Method::DELETE, path, Value::Null, &[204, 404]), &["commit"]).await;
}

#[tokio::test]
async fn a_profile_is_changed_once() {
    let body = json!({ "name": "Ada", "preferences": { "theme": "dark" } });
    check(of(SCENE, Method::PATCH, "/api/v1/user/profile", body, &[200]), &["commit"]).await;
}

#[tokio::test]
async fn somebody_takes_their_data_along() {
    check(of(ROUGHLY, Method::POST, "/api/v1/user/export", Value::Null, &[200]), &["commit"]).await;
}

#[tokio::test]
async fn somebody_is_forgotten_once() {
    // Whoever heard nothing has no session any more, nor anything else.
    let scene = Scene { token: Some(reviewer), ..SCENE };
    check(of(scene, Method::DELETE, "/api/v1/user", Value::Null, &[204, 401]), &["commit"]).await;
}
