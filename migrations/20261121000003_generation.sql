-- One run of a campaign, its planned slots, the posts that came of them, and every step on the way.
-- Posts and logs outlive everything but their workspace: campaigns and employees are archived, not deleted.

CREATE TABLE executions (
  id            UUID PRIMARY KEY,
  workspace_id  UUID NOT NULL,
  campaign_id   UUID NOT NULL,
  trigger       TEXT NOT NULL CHECK (trigger IN ('schedule', 'manual')),
  triggered_by  UUID REFERENCES users (id) ON DELETE SET NULL,
  -- The minute that the schedule meant, which is also the key that makes a second delivery harmless.
  scheduled_for TIMESTAMPTZ,
  status        TEXT NOT NULL CHECK (status IN ('queued', 'running', 'completed', 'completed_with_failures', 'failed')),
  warning       TEXT,
  created_at    TIMESTAMPTZ NOT NULL,
  started_at    TIMESTAMPTZ,
  finished_at   TIMESTAMPTZ,
  UNIQUE (workspace_id, id),
  UNIQUE (campaign_id, scheduled_for),
  FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns (workspace_id, id) ON DELETE CASCADE,
  CHECK ((trigger = 'schedule') = (scheduled_for IS NOT NULL)),
  CHECK ((finished_at IS NOT NULL) = (status IN ('completed', 'completed_with_failures', 'failed')))
);
CREATE INDEX idx_executions_campaign ON executions (campaign_id, id);

CREATE TABLE posts (
  id                      UUID PRIMARY KEY,
  workspace_id            UUID NOT NULL,
  campaign_id             UUID NOT NULL,
  employee_id             UUID NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
  execution_id            UUID NOT NULL,
  slot                    INTEGER NOT NULL CHECK (slot >= 1),
  platform                platform_type NOT NULL,
  status                  TEXT NOT NULL CHECK (status IN (
                            'draft', 'pending_review', 'changes_requested', 'approved', 'rejected',
                            'scheduled', 'publishing', 'published', 'publish_failed')),
  content                 TEXT NOT NULL CHECK (length(content) > 0),
  -- The posts of a thread in order; empty unless there are at least two. Their text is the content, blank line between.
  thread                  TEXT[] NOT NULL DEFAULT '{}',
  hashtags                TEXT[] NOT NULL DEFAULT '{}',
  mentions                TEXT[] NOT NULL DEFAULT '{}',
  call_to_action          TEXT NOT NULL DEFAULT '',
  original_content        TEXT NOT NULL,
  edit_distance           INTEGER,
  time_to_approve_seconds INTEGER,
  scheduled_for           TIMESTAMPTZ,
  external_post_id        TEXT,
  generation_metadata     JSONB NOT NULL DEFAULT '{}',
  version                 INTEGER NOT NULL DEFAULT 1,
  created_at              TIMESTAMPTZ NOT NULL,
  updated_at              TIMESTAMPTZ NOT NULL,
  UNIQUE (execution_id, employee_id, slot),
  FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, execution_id) REFERENCES executions (workspace_id, id) ON DELETE CASCADE,
  CHECK (thread = '{}' OR (platform = 'x' AND cardinality(thread) >= 2 AND content = array_to_string(thread, E'\n\n')))
);
-- One index per way that a list is asked for; the id is the time order and the cursor. All columns run in one direction,
-- so that a page is one range of row values, which leaves the planner no other index to walk (store: posts/view.rs).
CREATE INDEX idx_posts_workspace ON posts (workspace_id, id);
CREATE INDEX idx_posts_status ON posts (workspace_id, status, id);
CREATE INDEX idx_posts_campaign ON posts (workspace_id, campaign_id, id);
CREATE INDEX idx_posts_campaign_status ON posts (workspace_id, campaign_id, status, id);
CREATE INDEX idx_posts_employee ON posts (workspace_id, employee_id, id);
CREATE INDEX idx_posts_employee_status ON posts (workspace_id, employee_id, status, id);
-- One per platform instead of a column: under row level security the operators of an enum cannot be index conditions.
CREATE INDEX idx_posts_linkedin ON posts (workspace_id, id) WHERE platform = 'linkedin';
CREATE INDEX idx_posts_linkedin_status ON posts (workspace_id, status, id) WHERE platform = 'linkedin';
CREATE INDEX idx_posts_x ON posts (workspace_id, id) WHERE platform = 'x';
CREATE INDEX idx_posts_x_status ON posts (workspace_id, status, id) WHERE platform = 'x';
CREATE INDEX idx_posts_instagram ON posts (workspace_id, id) WHERE platform = 'instagram';
CREATE INDEX idx_posts_instagram_status ON posts (workspace_id, status, id) WHERE platform = 'instagram';

CREATE TABLE execution_slots (
  execution_id     UUID NOT NULL,
  employee_id      UUID NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
  slot             INTEGER NOT NULL CHECK (slot >= 1),
  workspace_id     UUID NOT NULL,
  status           TEXT NOT NULL CHECK (status IN ('planned', 'running', 'stored', 'failed')),
  -- Who works on it, and until when nobody else may: the worker's own deadline.
  claimed_by       UUID,
  claim_expires_at TIMESTAMPTZ,
  attempts         INTEGER NOT NULL DEFAULT 0,
  post_id          UUID REFERENCES posts (id) ON DELETE SET NULL,
  failure_kind     TEXT CHECK (failure_kind IN ('refused', 'invalid_output', 'provider', 'configuration', 'abandoned')),
  failure_message  TEXT,
  created_at       TIMESTAMPTZ NOT NULL,
  updated_at       TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (execution_id, employee_id, slot),
  FOREIGN KEY (workspace_id, execution_id) REFERENCES executions (workspace_id, id) ON DELETE CASCADE,
  CHECK ((status = 'running') = (claimed_by IS NOT NULL)),
  CHECK ((status = 'running') = (claim_expires_at IS NOT NULL)),
  CHECK ((status = 'failed') = (failure_kind IS NOT NULL)),
  CHECK (post_id IS NULL OR status = 'stored')
);
-- What the minute sweep looks for: slots that nobody finished.
CREATE INDEX idx_execution_slots_open ON execution_slots (updated_at) WHERE status IN ('planned', 'running');

CREATE TABLE workflow_logs (
  id             UUID PRIMARY KEY,
  workspace_id   UUID NOT NULL,
  execution_id   UUID NOT NULL,
  campaign_id    UUID NOT NULL,
  employee_id    UUID NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
  slot           INTEGER NOT NULL,
  workflow_type  TEXT NOT NULL,
  step_name      TEXT NOT NULL,
  -- Counts the tries of one step of one slot from 1. A step that succeeded is read back, not done again.
  attempt        INTEGER NOT NULL CHECK (attempt >= 1),
  model          TEXT,
  prompt_version TEXT,
  input_tokens   INTEGER,
  output_tokens  INTEGER,
  latency_ms     INTEGER,
  status         TEXT NOT NULL CHECK (status IN ('success', 'error', 'timeout')),
  error_message  TEXT,
  raw_output     TEXT,
  was_selected   BOOLEAN,
  metadata       JSONB NOT NULL DEFAULT '{}',
  created_at     TIMESTAMPTZ NOT NULL,
  UNIQUE (execution_id, employee_id, slot, step_name, attempt),
  FOREIGN KEY (workspace_id, execution_id) REFERENCES executions (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX idx_workflow_logs_campaign ON workflow_logs (campaign_id, created_at);
CREATE INDEX idx_workflow_logs_created ON workflow_logs (created_at);
