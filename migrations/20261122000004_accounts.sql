-- How people and programs come in: invitations, mails that prove an address, keys of service accounts.

ALTER TABLE workspaces
  -- Whether strangers may register, or only those who were invited.
  ADD COLUMN registration TEXT NOT NULL DEFAULT 'invitation' CHECK (registration IN ('invitation', 'open'));

ALTER TABLE users
  -- A service account stands for a program: it has no password and signs in nowhere.
  ADD COLUMN kind TEXT NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'service')),
  -- What the person set for themselves, as the web app knows it.
  ADD COLUMN preferences JSONB NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(preferences) = 'object'),
  ADD COLUMN erased_at TIMESTAMPTZ,
  ADD CHECK (kind = 'person' OR password_hash IS NULL);

CREATE TABLE invitations (
  id           UUID PRIMARY KEY,
  workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  email        TEXT NOT NULL CHECK (email = lower(email) AND position('@' IN email) > 1 AND length(email) <= 254),
  role         TEXT NOT NULL CHECK (role IN ('user', 'premium_user', 'content_creator', 'publisher', 'reviewer', 'brand_manager', 'admin')),
  digest       BYTEA NOT NULL UNIQUE CHECK (length(digest) = 32),
  -- No foreign key: who invited stays known after they are gone.
  invited_by   UUID NOT NULL,
  created_at   TIMESTAMPTZ NOT NULL,
  expires_at   TIMESTAMPTZ NOT NULL,
  accepted_at  TIMESTAMPTZ,
  revoked_at   TIMESTAMPTZ,
  CHECK (accepted_at IS NULL OR revoked_at IS NULL)
);
CREATE INDEX idx_invitations_workspace ON invitations (workspace_id, id);
CREATE UNIQUE INDEX idx_invitations_open ON invitations (workspace_id, email) WHERE accepted_at IS NULL AND revoked_at IS NULL;

-- What a mail proves: whoever follows its link reads the mails of that address.
CREATE TABLE mail_proofs (
  digest     BYTEA PRIMARY KEY CHECK (length(digest) = 32),
  user_id    UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  purpose    TEXT NOT NULL CHECK (purpose IN ('verification', 'password_reset')),
  created_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL,
  used_at    TIMESTAMPTZ
);
CREATE INDEX idx_mail_proofs_user ON mail_proofs (user_id, purpose);

CREATE TABLE api_keys (
  id           UUID PRIMARY KEY,
  workspace_id UUID NOT NULL,
  -- The service account that it lets in.
  user_id      UUID NOT NULL,
  name         TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  digest       BYTEA NOT NULL UNIQUE CHECK (length(digest) = 32),
  -- The last letters, by which its owner tells it from others.
  hint         TEXT NOT NULL CHECK (length(hint) = 4),
  permissions  TEXT[] NOT NULL CHECK (cardinality(permissions) BETWEEN 1 AND 100),
  created_by   UUID NOT NULL,
  created_at   TIMESTAMPTZ NOT NULL,
  expires_at   TIMESTAMPTZ NOT NULL,
  revoked_at   TIMESTAMPTZ,
  FOREIGN KEY (workspace_id, user_id) REFERENCES memberships (workspace_id, user_id) ON DELETE CASCADE
);
CREATE INDEX idx_api_keys_workspace ON api_keys (workspace_id, id);

ALTER TABLE outbox DROP CONSTRAINT outbox_kind_check, ADD CONSTRAINT outbox_kind_check CHECK (
  kind IN ('campaign_run', 'campaign_schedule', 'generate_slot', 'mail')
);

DO $$
DECLARE
  name TEXT;
BEGIN
  FOREACH name IN ARRAY ARRAY['invitations', 'mail_proofs', 'api_keys'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('REVOKE ALL ON TABLE %I FROM PUBLIC', name);
    EXECUTE format('CREATE POLICY fleet ON %I TO rostrum_fleet USING (true) WITH CHECK (true)', name);
  END LOOP;
END
$$;

GRANT SELECT, INSERT, UPDATE ON invitations, api_keys TO rostrum_fleet;
GRANT SELECT, INSERT, UPDATE, DELETE ON mail_proofs TO rostrum_fleet;
GRANT UPDATE, DELETE ON memberships TO rostrum_fleet;
GRANT UPDATE (registration, updated_at) ON workspaces TO rostrum_fleet;

-- The whole history of a workspace, and what one person did.
CREATE INDEX idx_audit_log_workspace ON audit_log (workspace_id, id);
CREATE INDEX idx_audit_log_actor ON audit_log (actor_id, id) WHERE actor_id IS NOT NULL;
