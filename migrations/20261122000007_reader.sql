-- Who reads one workspace with SQL, for reports and support, and nothing of another one. The role has no login of its
-- own: the operator grants it to one (docs/recipes/read-one-workspace.md). It may read what is granted below, column by
-- column, and nothing by default: no password, digest, sealed secret or mail, and no table that belongs to no workspace.

DO $$
BEGIN
  CREATE ROLE rostrum_reader NOLOGIN NOBYPASSRLS;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

-- Which login may read which workspaces. Anybody can set a setting, so the setting alone would be no border.
CREATE TABLE workspace_readers (
  -- As in pg_roles.
  login        NAME NOT NULL,
  workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  PRIMARY KEY (login, workspace_id)
);
ALTER TABLE workspace_readers ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE workspace_readers FROM PUBLIC;
CREATE POLICY reader ON workspace_readers FOR SELECT TO rostrum_reader USING (login = session_user);

DO $$
DECLARE
  -- The workspace of `SET rostrum.workspace_id = '…'`, if the login may read it; nothing if none is set. Asked once per
  -- statement, because it depends on no row.
  chosen CONSTANT TEXT := $chosen$(
    SELECT allowed.workspace_id FROM public.workspace_readers AS allowed
    WHERE allowed.login = session_user
      AND allowed.workspace_id = nullif(current_setting('rostrum.workspace_id', true), '')::uuid
  )$chosen$;
  name TEXT;
BEGIN
  FOREACH name IN ARRAY ARRAY[
    'memberships', 'employee_profiles', 'writing_samples', 'campaigns', 'campaign_employees', 'prompt_versions',
    'executions', 'posts', 'post_media', 'execution_slots', 'workflow_logs', 'councils', 'council_candidates', 'outbox',
    'audit_log', 'sessions', 'invitations', 'api_keys', 'teams', 'team_members'
  ] LOOP
    EXECUTE format('CREATE POLICY reader ON %I FOR SELECT TO rostrum_reader USING (workspace_id = %s)', name, chosen);
  END LOOP;
  EXECUTE format('CREATE POLICY reader ON workspaces FOR SELECT TO rostrum_reader USING (id = %s)', chosen);
END
$$;
-- A person belongs to no workspace; their memberships do, and those of others are hidden from this query too.
CREATE POLICY reader ON users FOR SELECT TO rostrum_reader
  USING (EXISTS (SELECT FROM public.memberships AS membership WHERE membership.user_id = users.id));

GRANT USAGE ON SCHEMA public TO rostrum_reader;
GRANT SELECT (login, workspace_id) ON workspace_readers TO rostrum_reader;
GRANT SELECT (id, slug, name, prohibited_words, registration, created_at, updated_at) ON workspaces TO rostrum_reader;
-- What a person set or has elsewhere is not the workspace's: second factor, failed attempts, preferences.
GRANT SELECT (id, email, name, kind, status, created_at, updated_at, erased_at) ON users TO rostrum_reader;
GRANT SELECT (workspace_id, user_id, role, created_at) ON memberships TO rostrum_reader;
GRANT SELECT (workspace_id, user_id, display_name, job_title, bio, voice, version, archived_at, created_at, updated_at)
  ON employee_profiles TO rostrum_reader;
GRANT SELECT (id, workspace_id, user_id, platform, content, version, archived_at, created_at, updated_at)
  ON writing_samples TO rostrum_reader;
GRANT SELECT (
  id, workspace_id, name, platform, brief, audience, language, call_to_action, hashtags, mentions, max_thread_posts,
  status, schedule_cron, schedule_timezone, posts_per_employee, workflow_type, workflow_config, version, created_at,
  updated_at, team_id
) ON campaigns TO rostrum_reader;
GRANT SELECT (id, workspace_id, campaign_id, user_id, is_active, created_at) ON campaign_employees TO rostrum_reader;
GRANT SELECT (
  id, workspace_id, campaign_id, version, system_template, prompt_template, is_active, created_at, purpose
) ON prompt_versions TO rostrum_reader;
GRANT SELECT (
  id, workspace_id, campaign_id, trigger, triggered_by, scheduled_for, status, warning, created_at, started_at,
  finished_at
) ON executions TO rostrum_reader;
GRANT SELECT (
  id, workspace_id, campaign_id, employee_id, execution_id, slot, platform, status, content, thread, hashtags, mentions,
  call_to_action, original_content, edit_distance, time_to_approve_seconds, scheduled_for, external_post_id,
  generation_metadata, version, created_at, updated_at, findings, signature
) ON posts TO rostrum_reader;
GRANT SELECT (
  post_id, position, workspace_id, sha256, content_type, width, height, bytes, alt_text, template, captions, created_at
) ON post_media TO rostrum_reader;
GRANT SELECT (
  execution_id, employee_id, slot, workspace_id, status, claimed_by, claim_expires_at, attempts, post_id, failure_kind,
  failure_message, created_at, updated_at, council_started_at
) ON execution_slots TO rostrum_reader;
GRANT SELECT (
  id, workspace_id, execution_id, campaign_id, employee_id, slot, workflow_type, step_name, attempt, model,
  prompt_version, input_tokens, output_tokens, latency_ms, status, error_message, raw_output, was_selected, metadata,
  created_at, cost_microusd
) ON workflow_logs TO rostrum_reader;
GRANT SELECT (
  execution_id, employee_id, slot, workspace_id, campaign_id, config, context, prompt_version, system_prompt,
  user_prompt, seed, winner, standing, verdict, judgings, refinement, draft, image, findings, created_at, updated_at
) ON councils TO rostrum_reader;
GRANT SELECT (
  execution_id, employee_id, slot, seat, workspace_id, model, status, draft, failure_kind, failure_message,
  was_selected, created_at
) ON council_candidates TO rostrum_reader;
-- That a message waits, and why; not what it says.
GRANT SELECT (id, workspace_id, kind, attempts, available_at, last_error, created_at) ON outbox TO rostrum_reader;
GRANT SELECT (
  id, workspace_id, actor_kind, actor_id, action, subject_type, subject_id, detail, created_at
) ON audit_log TO rostrum_reader;
GRANT SELECT (
  id, user_id, workspace_id, device, created_at, last_used_at, expires_at, ended_at, ended_because
) ON sessions TO rostrum_reader;
GRANT SELECT (
  id, workspace_id, email, role, invited_by, created_at, expires_at, accepted_at, revoked_at
) ON invitations TO rostrum_reader;
GRANT SELECT (
  id, workspace_id, user_id, name, hint, permissions, created_by, created_at, expires_at, revoked_at
) ON api_keys TO rostrum_reader;
GRANT SELECT (id, workspace_id, name, version, archived_at, created_at, updated_at) ON teams TO rostrum_reader;
GRANT SELECT (team_id, workspace_id, user_id, role, created_at) ON team_members TO rostrum_reader;
