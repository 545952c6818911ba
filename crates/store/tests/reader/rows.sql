-- One row in each table that a sample workspace leaves empty, for the workspace $1, its campaign $2 and its employee $3.
-- One statement: foreign keys are looked at when it ends.
WITH prompt AS (
  INSERT INTO prompt_versions (id, workspace_id, campaign_id, version, system_template, prompt_template, created_at)
  VALUES (gen_random_uuid(), $1, $2, 'own-1', 'Be brief.', 'Write.', now())
), execution AS (
  INSERT INTO executions (id, workspace_id, campaign_id, trigger, status, created_at)
  VALUES (gen_random_uuid(), $1, $2, 'manual', 'running', now())
  RETURNING id
), post AS (
  INSERT INTO posts (id, workspace_id, campaign_id, employee_id, execution_id, slot, platform, status, content,
                     original_content, created_at, updated_at)
  SELECT gen_random_uuid(), $1, $2, $3, id, 1, 'linkedin', 'pending_review', 'Text', 'Text', now(), now() FROM execution
  RETURNING id, execution_id
), picture AS (
  INSERT INTO post_media (post_id, position, workspace_id, sha256, content_type, width, height, bytes, alt_text, template,
                          captions, created_at)
  SELECT id, 1, $1, repeat('0', 64), 'image/png', 1, 1, 1, 'A dot', 'dot', '[]', now() FROM post
), slot AS (
  INSERT INTO execution_slots (execution_id, employee_id, slot, workspace_id, status, post_id, created_at, updated_at)
  SELECT execution_id, $3, 1, $1, 'stored', id, now(), now() FROM post
), log AS (
  INSERT INTO workflow_logs (id, workspace_id, execution_id, campaign_id, employee_id, slot, workflow_type, step_name,
                             attempt, status, created_at)
  SELECT gen_random_uuid(), $1, id, $2, $3, 1, 'council', 'write', 1, 'success', now() FROM execution
), council AS (
  INSERT INTO councils (execution_id, employee_id, slot, workspace_id, campaign_id, config, context, prompt_version,
                        system_prompt, user_prompt, seed, created_at, updated_at)
  SELECT id, $3, 1, $1, $2, '{}', '{}', 'own-1', 'Be brief.', 'Write.', 1, now(), now() FROM execution
), candidate AS (
  INSERT INTO council_candidates (execution_id, employee_id, slot, seat, workspace_id, model, status, draft, created_at)
  SELECT id, $3, 1, 'a', $1, 'claude-sonnet-5-5', 'answered', '{}', now() FROM execution
), message AS (
  INSERT INTO outbox (id, workspace_id, kind, payload, available_at, created_at)
  VALUES (gen_random_uuid(), $1, 'mail', '{"sealed": "canary"}', now(), now())
), answered AS (
  INSERT INTO idempotency_keys (workspace_id, user_id, key, request_digest, created_at)
  VALUES ($1, $3, 'once', sha256($3::text::bytea), now())
), entry AS (
  INSERT INTO audit_log (id, workspace_id, actor_kind, actor_id, action, subject_type, subject_id, created_at)
  VALUES (gen_random_uuid(), $1, 'user', $3, 'campaign.created', 'campaign', $2, now())
), session AS (
  INSERT INTO sessions (id, user_id, workspace_id, device, created_at, last_used_at, expires_at)
  VALUES (gen_random_uuid(), $3, $1, 'Phone', now(), now(), now())
  RETURNING id
), token AS (
  INSERT INTO refresh_tokens (digest, session_id, created_at, expires_at)
  SELECT sha256(id::text::bytea), id, now(), now() FROM session
), code AS (
  INSERT INTO recovery_codes (user_id, digest) VALUES ($3, sha256($3::text::bytea))
), proof AS (
  INSERT INTO mail_proofs (digest, user_id, purpose, created_at, expires_at)
  VALUES (sha256($3::text::bytea), $3, 'verification', now(), now())
), invitation AS (
  INSERT INTO invitations (id, workspace_id, email, role, digest, invited_by, created_at, expires_at)
  VALUES (gen_random_uuid(), $1, 'new@example.com', 'reviewer', sha256($1::text::bytea), $3, now(), now())
), key AS (
  INSERT INTO api_keys (id, workspace_id, user_id, name, digest, hint, permissions, created_by, created_at, expires_at)
  VALUES (gen_random_uuid(), $1, $3, 'Report', sha256($1::text::bytea), 'abcd', '{posts.read}', $3, now(), now())
), team AS (
  INSERT INTO teams (id, workspace_id, name, created_at, updated_at)
  VALUES (gen_random_uuid(), $1, 'Events', now(), now())
  RETURNING id
), in_team AS (
  INSERT INTO team_members (team_id, workspace_id, user_id, role, created_at)
  SELECT id, $1, $3, 'reviewer', now() FROM team
), identity AS (
  INSERT INTO foreign_identities (id, user_id, provider, issuer, subject, created_at, last_used_at)
  VALUES (gen_random_uuid(), $3, 'google', 'https://accounts.google.com', $3::text, now(), now())
), attempt AS (
  INSERT INTO sign_in_attempts (digest, provider, created_at, expires_at)
  VALUES (sha256($1::text::bytea), 'google', now(), now())
), data_key AS (
  INSERT INTO data_keys (id, wrapped, state, created_at, retired_at, remaining)
  VALUES (gen_random_uuid(), '\x00', 'retired', now(), now(), 0)
)
UPDATE users SET password_hash = 'canary', totp_secret = '\x00' WHERE id = $3;
