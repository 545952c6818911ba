-- Who may touch what. Row level security is on for every table and nobody has a grant by default: Supabase exposes the
-- public schema to browsers. The functions log in as rostrum_fleet, which reaches across workspaces because queues and
-- schedules do; every query of theirs names its workspace. The role gets its password from the operator.

DO $$
BEGIN
  CREATE ROLE rostrum_fleet LOGIN NOINHERIT;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

-- One plan for all values of a statement: planning a page of posts anew costs twice as much as reading it, and Postgres
-- would do so each time, because it takes the plan for known values to be the cheaper one.
DO $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM pg_db_role_setting
    WHERE setrole = 'rostrum_fleet'::regrole AND 'plan_cache_mode=force_generic_plan' = ANY (setconfig)
  ) THEN
    ALTER ROLE rostrum_fleet SET plan_cache_mode = force_generic_plan;
  END IF;
EXCEPTION
  -- Roles belong to the whole server: another database's migration does the same at this moment.
  WHEN internal_error THEN NULL;
END
$$;

DO $$
DECLARE
  name TEXT;
BEGIN
  FOREACH name IN ARRAY ARRAY[
    'workspaces', 'users', 'memberships', 'employee_profiles', 'writing_samples', 'campaigns', 'campaign_employees',
    'prompt_versions', 'executions', 'posts', 'execution_slots', 'workflow_logs', 'outbox', 'idempotency_keys', 'audit_log'
  ] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('REVOKE ALL ON TABLE %I FROM PUBLIC', name);
    EXECUTE format('CREATE POLICY fleet ON %I TO rostrum_fleet USING (true) WITH CHECK (true)', name);
  END LOOP;
END
$$;

GRANT USAGE ON SCHEMA public TO rostrum_fleet;
GRANT SELECT ON workspaces, prompt_versions TO rostrum_fleet;
GRANT SELECT, INSERT ON users, memberships TO rostrum_fleet;
GRANT SELECT, INSERT, UPDATE ON employee_profiles, writing_samples, campaigns, executions, posts, execution_slots TO rostrum_fleet;
GRANT SELECT, INSERT, UPDATE, DELETE ON campaign_employees, outbox, idempotency_keys TO rostrum_fleet;
-- History is written once and never changed.
GRANT SELECT, INSERT ON workflow_logs, audit_log TO rostrum_fleet;
