-- Signing in: what a person proves, how often they failed lately, and where they are signed in.

ALTER TABLE users
  ADD COLUMN email_verified_at TIMESTAMPTZ,
  -- Failed attempts since the last one that succeeded, and until when no more are looked at.
  ADD COLUMN failed_sign_ins INTEGER NOT NULL DEFAULT 0 CHECK (failed_sign_ins >= 0),
  ADD COLUMN locked_until TIMESTAMPTZ,
  -- The secret of the second factor, sealed; it counts once its owner has shown a code of it.
  ADD COLUMN totp_secret BYTEA,
  ADD COLUMN totp_confirmed_at TIMESTAMPTZ,
  -- The step of the last code that was taken: a code is good once.
  ADD COLUMN totp_last_step BIGINT,
  ADD CHECK (totp_confirmed_at IS NULL OR totp_secret IS NOT NULL);

-- Who runs the installation; not decided in a workspace.
ALTER TABLE users ADD COLUMN is_super_admin BOOLEAN NOT NULL DEFAULT FALSE;

ALTER TABLE memberships DROP CONSTRAINT memberships_role_check, ADD CONSTRAINT memberships_role_check CHECK (
  role IN ('user', 'premium_user', 'content_creator', 'publisher', 'reviewer', 'brand_manager', 'admin')
);

-- Everybody so far was put there by an operator, who knew the address.
UPDATE users SET email_verified_at = created_at;

-- A family of refresh tokens, each the successor of the one before.
CREATE TABLE sessions (
  id           UUID PRIMARY KEY,
  user_id      UUID NOT NULL,
  workspace_id UUID NOT NULL,
  -- What the person knows it by: the client's own words about itself.
  device       TEXT NOT NULL CHECK (length(device) <= 200),
  created_at   TIMESTAMPTZ NOT NULL,
  last_used_at TIMESTAMPTZ NOT NULL,
  expires_at   TIMESTAMPTZ NOT NULL,
  ended_at     TIMESTAMPTZ,
  ended_because TEXT CHECK (ended_because IN ('signed_out', 'ended', 'replayed', 'password_changed', 'access_changed')),
  CHECK ((ended_at IS NULL) = (ended_because IS NULL)),
  FOREIGN KEY (workspace_id, user_id) REFERENCES memberships (workspace_id, user_id) ON DELETE CASCADE
);
CREATE INDEX idx_sessions_user ON sessions (user_id, id) WHERE ended_at IS NULL;
CREATE INDEX idx_sessions_expires ON sessions (expires_at);

-- SHA-256 of each token: whoever reads this table can use none of them.
CREATE TABLE refresh_tokens (
  digest     BYTEA PRIMARY KEY CHECK (length(digest) = 32),
  session_id UUID NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  created_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL,
  -- When it was exchanged for its successor. A token that comes again after that was stolen, from us or by us.
  used_at    TIMESTAMPTZ
);
CREATE INDEX idx_refresh_tokens_session ON refresh_tokens (session_id);

-- What opens the door when the second factor is lost, each once; digests only.
CREATE TABLE recovery_codes (
  user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  digest  BYTEA NOT NULL CHECK (length(digest) = 32),
  used_at TIMESTAMPTZ,
  PRIMARY KEY (user_id, digest)
);

DO $$
DECLARE
  name TEXT;
BEGIN
  FOREACH name IN ARRAY ARRAY['sessions', 'refresh_tokens', 'recovery_codes'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('REVOKE ALL ON TABLE %I FROM PUBLIC', name);
    EXECUTE format('CREATE POLICY fleet ON %I TO rostrum_fleet USING (true) WITH CHECK (true)', name);
  END LOOP;
END
$$;

GRANT UPDATE ON users TO rostrum_fleet;
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions, refresh_tokens, recovery_codes TO rostrum_fleet;
