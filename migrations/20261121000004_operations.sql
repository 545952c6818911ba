-- What makes the fleet reliable: messages that are still to be sent, answers that may be asked for again, and who did what.

-- A row is a message that must leave; it goes when the message has left. Written in the transaction of its cause.
CREATE TABLE outbox (
  id           UUID PRIMARY KEY,
  workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  kind         TEXT NOT NULL CHECK (kind IN ('campaign_run', 'campaign_schedule', 'generate_slot')),
  payload      JSONB NOT NULL,
  attempts     INTEGER NOT NULL DEFAULT 0,
  available_at TIMESTAMPTZ NOT NULL,
  last_error   TEXT,
  created_at   TIMESTAMPTZ NOT NULL
);
CREATE INDEX idx_outbox_available ON outbox (available_at, id);

CREATE TABLE idempotency_keys (
  workspace_id   UUID NOT NULL,
  user_id        UUID NOT NULL,
  key            TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  -- SHA-256 over method, path and body: the same key with another request is a mistake of the client.
  request_digest BYTEA NOT NULL CHECK (length(request_digest) = 32),
  -- Filled in before the transaction that claims the key commits.
  status         INTEGER,
  location       TEXT,
  etag           TEXT,
  -- Text, so that it is answered again to the byte.
  body           TEXT,
  created_at     TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (workspace_id, user_id, key),
  FOREIGN KEY (workspace_id, user_id) REFERENCES memberships (workspace_id, user_id) ON DELETE CASCADE
);
CREATE INDEX idx_idempotency_keys_created ON idempotency_keys (created_at);

CREATE TABLE audit_log (
  id           UUID PRIMARY KEY,
  workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  actor_kind   TEXT NOT NULL CHECK (actor_kind IN ('user', 'system')),
  -- No foreign key: what was done stays known after the person is gone.
  actor_id     UUID,
  action       TEXT NOT NULL,
  subject_type TEXT NOT NULL,
  subject_id   UUID NOT NULL,
  detail       JSONB NOT NULL DEFAULT '{}',
  created_at   TIMESTAMPTZ NOT NULL,
  CHECK ((actor_kind = 'user') = (actor_id IS NOT NULL))
);
CREATE INDEX idx_audit_log_subject ON audit_log (workspace_id, subject_type, subject_id, id DESC);
