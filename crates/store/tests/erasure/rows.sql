-- Every column that may tell of a person tells of the person $3 of the workspace $1: it holds the word $4, and what they
-- published for the campaign $2 the word $5. One statement: foreign keys are looked at when it ends.
WITH execution AS (
  INSERT INTO executions (id, workspace_id, campaign_id, trigger, status, created_at, finished_at)
  VALUES (gen_random_uuid(), $1, $2, 'manual', 'completed_with_failures', now(), now())
  RETURNING id
), slot AS (
  INSERT INTO execution_slots (execution_id, employee_id, slot, workspace_id, status, failure_kind, failure_message,
                               created_at, updated_at)
  SELECT id, $3, number, $1, CASE number WHEN 3 THEN 'failed' ELSE 'stored' END,
         CASE number WHEN 3 THEN 'invalid_output' END, CASE number WHEN 3 THEN 'It says ' || $4 END, now(), now()
  FROM execution CROSS JOIN generate_series(1, 3) AS number
), approved AS (
  INSERT INTO posts (id, workspace_id, campaign_id, employee_id, execution_id, slot, platform, status, content, thread,
                     hashtags, mentions, call_to_action, original_content, edit_distance, generation_metadata, findings,
                     signature, created_at, updated_at)
  SELECT gen_random_uuid(), $1, $2, $3, id, 1, 'x', 'approved', $4 || E' 1\n\n' || $4 || ' 2',
         ARRAY[$4 || ' 1', $4 || ' 2'], ARRAY[$4], ARRAY[$4], $4, $4, 3,
         jsonb_build_object('workflow_type', 'council', 'adjustments',
                            jsonb_build_array(jsonb_build_object('kind', 'hashtag_dropped', 'hashtag', $4))),
         jsonb_build_array(jsonb_build_object('severity', 'warning', 'code', 'markup', 'message', $4,
                                              'detail', jsonb_build_object('found', $4))),
         $4::bytea, now(), now()
  FROM execution
  RETURNING id
), published AS (
  INSERT INTO posts (id, workspace_id, campaign_id, employee_id, execution_id, slot, platform, status, content, hashtags,
                     mentions, call_to_action, original_content, edit_distance, generation_metadata, findings, created_at,
                     updated_at)
  SELECT gen_random_uuid(), $1, $2, $3, id, 2, 'linkedin', 'published', $5, ARRAY[$5], ARRAY[$5], $5, $4, 2,
         jsonb_build_object('workflow_type', 'simple', 'model', 'gpt-6.1-sol', 'said', $4),
         jsonb_build_array(jsonb_build_object('severity', 'note', 'code', 'markup', 'message', $4)), now(), now()
  FROM execution
  RETURNING id
), picture AS (
  INSERT INTO post_media (post_id, position, workspace_id, sha256, content_type, width, height, bytes, alt_text, template,
                          captions, created_at)
  SELECT id, 1, $1, repeat(digit, 64), 'image/png', 1, 1, 1, word, 'dot', jsonb_build_object('quote', word), now()
  FROM (SELECT id, $4 AS word, '0' AS digit FROM approved UNION ALL SELECT id, $5, '1' FROM published) AS post
), log AS (
  INSERT INTO workflow_logs (id, workspace_id, execution_id, campaign_id, employee_id, slot, workflow_type, step_name,
                             attempt, model, cost_microusd, status, error_message, raw_output, metadata, created_at)
  SELECT gen_random_uuid(), $1, id, $2, $3, number, 'council', 'generate:gpt', 1, 'gpt-6.1-sol', 1000, 'success', $4, $4,
         jsonb_build_object('final', true, 'complete', true, 'said', $4), now()
  FROM execution CROSS JOIN generate_series(1, 3) AS number
), council AS (
  INSERT INTO councils (execution_id, employee_id, slot, workspace_id, campaign_id, config, context, prompt_version,
                        system_prompt, user_prompt, seed, winner, standing, verdict, judgings, refinement, draft, image,
                        findings, created_at, updated_at)
  SELECT id, $3, 1, $1, $2, '{}', jsonb_build_object('employee', $4), 'own-1', $4, $4, 1, 'gpt', 'full',
         jsonb_build_object('winner', 'gpt', 'decided_by', 'judge', 'candidates', jsonb_build_array(
           jsonb_build_object('seat', 'gpt', 'model', 'gpt-6.1-sol', 'status', 'contender', 'total', 7.5, 'error', $4))),
         jsonb_build_array(jsonb_build_object('reason', $4, 'score', 7)),
         jsonb_build_object('kept', 'refinement', 'model', 'gpt-6.1-sol', 'text', $4),
         jsonb_build_object('text', $4),
         jsonb_build_object('sha256', repeat('2', 64), 'content_type', 'image/jpeg', 'alt_text', $4),
         jsonb_build_array(jsonb_build_object('severity', 'note', 'code', 'markup', 'message', $4)), now(), now()
  FROM execution
), candidate AS (
  INSERT INTO council_candidates (execution_id, employee_id, slot, seat, workspace_id, model, status, draft, failure_kind,
                                  failure_message, was_selected, created_at)
  SELECT id, $3, 1, seat, $1, 'gpt-6.1-sol', status, draft, failure_kind, failure_message, seat = 'gpt', now()
  FROM execution CROSS JOIN (VALUES
    ('gpt', 'answered', jsonb_build_object('fitted', jsonb_build_object('parts', jsonb_build_array($4))), NULL, NULL),
    ('grok', 'failed', NULL, 'refused', $4)
  ) AS seat (seat, status, draft, failure_kind, failure_message)
), answered AS (
  INSERT INTO idempotency_keys (workspace_id, user_id, key, request_digest, status, location, etag, body, created_at)
  VALUES ($1, $3, $4, rpad($4, 32)::bytea, 201, '/' || $4, $4, $4, now())
), session AS (
  INSERT INTO sessions (id, user_id, workspace_id, device, created_at, last_used_at, expires_at)
  VALUES (gen_random_uuid(), $3, $1, $4, now(), now(), now())
  RETURNING id
), token AS (
  INSERT INTO refresh_tokens (digest, session_id, created_at, expires_at)
  SELECT rpad($4, 32)::bytea, id, now(), now() FROM session
), code AS (
  INSERT INTO recovery_codes (user_id, digest) VALUES ($3, rpad($4, 32)::bytea)
), proof AS (
  INSERT INTO mail_proofs (digest, user_id, purpose, created_at, expires_at)
  VALUES (rpad($4, 32)::bytea, $3, 'verification', now(), now())
), invitation AS (
  INSERT INTO invitations (id, workspace_id, email, role, digest, invited_by, created_at, expires_at)
  VALUES (gen_random_uuid(), $1, $4 || '@example.com', 'reviewer', sha256($4::bytea), $3, now(), now())
), identity AS (
  INSERT INTO foreign_identities (id, user_id, provider, issuer, subject, created_at, last_used_at)
  VALUES (gen_random_uuid(), $3, 'google', 'https://' || $4, $4, now(), now())
), attempt AS (
  INSERT INTO sign_in_attempts (digest, provider, created_at, expires_at, redeemed_at, issuer, subject, email, name)
  VALUES (rpad($4, 32)::bytea, 'google', now(), now(), now(), 'https://' || $4, $4, $4 || '@example.org', $4)
), profile AS (
  UPDATE employee_profiles SET display_name = $4, job_title = $4, bio = $4, voice = $4
  WHERE workspace_id = $1 AND user_id = $3
), sample AS (
  UPDATE writing_samples SET content = $4 WHERE workspace_id = $1 AND user_id = $3
)
UPDATE users SET email = $4 || '@example.com', name = $4, password_hash = $4, totp_secret = $4::bytea,
                 preferences = jsonb_build_object('nickname', $4)
WHERE id = $3;
