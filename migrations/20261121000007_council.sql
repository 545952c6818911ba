-- The council: several models write the same post, one is chosen, refined and illustrated. Everything that led to the
-- choice is kept. Texts live here; the state machine carries ids.

ALTER TABLE campaigns DROP CONSTRAINT campaigns_workflow_type_check;
ALTER TABLE campaigns ADD CONSTRAINT campaigns_workflow_type_check CHECK (workflow_type IN ('simple', 'council'));

ALTER TABLE execution_slots DROP CONSTRAINT execution_slots_failure_kind_check;
ALTER TABLE execution_slots ADD CONSTRAINT execution_slots_failure_kind_check CHECK (failure_kind IN (
  'refused', 'invalid_output', 'provider', 'configuration', 'abandoned', 'no_quorum', 'internal'));

-- When its worker handed the slot over to a council, which ends it from then on.
ALTER TABLE execution_slots ADD COLUMN council_started_at TIMESTAMPTZ;

-- What a call cost when it was made, in millionths of a US dollar; NULL if the price of its model is not known.
ALTER TABLE workflow_logs ADD COLUMN cost_microusd BIGINT CHECK (cost_microusd >= 0);
-- History is written once, but which answer became the post is known only later.
GRANT UPDATE (was_selected) ON workflow_logs TO rostrum_fleet;

-- What a template is for. A campaign may have its own for each purpose.
ALTER TABLE prompt_versions ADD COLUMN purpose TEXT NOT NULL DEFAULT 'generate'
  CHECK (purpose IN ('generate', 'judge', 'vote', 'refine', 'captions'));

-- Words and phrases that no post of the workspace may hold.
ALTER TABLE workspaces ADD COLUMN prohibited_words TEXT[] NOT NULL DEFAULT '{}'
  CHECK (cardinality(prohibited_words) <= 1000);
GRANT UPDATE (prohibited_words, updated_at) ON workspaces TO rostrum_fleet;

-- What the checks found, for whoever reviews the post.
ALTER TABLE posts ADD COLUMN findings JSONB NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(findings) = 'array');

-- What makes it comparable with others at a glance (core: checks/signature.rs).
ALTER TABLE posts ADD COLUMN signature BYTEA;

CREATE TABLE councils (
  execution_id   UUID NOT NULL,
  employee_id    UUID NOT NULL,
  slot           INTEGER NOT NULL,
  workspace_id   UUID NOT NULL,
  campaign_id    UUID NOT NULL,
  -- The workflow_config, the prompt and what it was rendered from, as they were when the council began.
  config         JSONB NOT NULL,
  context        JSONB NOT NULL,
  prompt_version TEXT NOT NULL,
  system_prompt  TEXT NOT NULL,
  user_prompt    TEXT NOT NULL,
  -- Decides the order in which judges see the candidates.
  seed           BIGINT NOT NULL,
  -- The seat whose candidate was chosen, whether the quorum stood behind it, and how it came about.
  winner         TEXT,
  standing       TEXT CHECK (standing IN ('full', 'below_quorum')),
  verdict        JSONB,
  -- Every question to a judge with its whole answer, reasons included.
  judgings       JSONB,
  refinement     JSONB,
  -- The text after refinement, as it will be stored.
  draft          JSONB,
  image          JSONB,
  findings       JSONB,
  created_at     TIMESTAMPTZ NOT NULL,
  updated_at     TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (execution_id, employee_id, slot),
  FOREIGN KEY (execution_id, employee_id, slot) REFERENCES execution_slots (execution_id, employee_id, slot) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns (workspace_id, id) ON DELETE CASCADE,
  CHECK ((winner IS NULL) = (verdict IS NULL)),
  CHECK ((winner IS NULL) = (standing IS NULL)),
  CHECK ((winner IS NULL) = (judgings IS NULL)),
  CHECK (winner IS NOT NULL OR (draft IS NULL AND refinement IS NULL AND image IS NULL AND findings IS NULL))
);
-- A campaign's record: its councils and which seat won them.
CREATE INDEX idx_councils_campaign ON councils (workspace_id, campaign_id, created_at);

CREATE TABLE council_candidates (
  execution_id  UUID NOT NULL,
  employee_id   UUID NOT NULL,
  slot          INTEGER NOT NULL,
  seat          TEXT NOT NULL CHECK (seat ~ '^[a-z0-9-]{1,20}$'),
  workspace_id  UUID NOT NULL,
  -- The model that was asked; who really answered is in the log.
  model         TEXT NOT NULL,
  status        TEXT NOT NULL CHECK (status IN ('answered', 'failed')),
  draft         JSONB,
  failure_kind  TEXT CHECK (failure_kind IN ('refused', 'invalid_output', 'provider', 'configuration', 'internal')),
  failure_message TEXT,
  was_selected  BOOLEAN NOT NULL DEFAULT false,
  created_at    TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (execution_id, employee_id, slot, seat),
  FOREIGN KEY (execution_id, employee_id, slot) REFERENCES councils (execution_id, employee_id, slot) ON DELETE CASCADE,
  CHECK ((status = 'answered') = (draft IS NOT NULL)),
  CHECK ((status = 'failed') = (failure_kind IS NOT NULL)),
  CHECK (NOT was_selected OR status = 'answered')
);
CREATE UNIQUE INDEX idx_council_candidates_selected ON council_candidates (execution_id, employee_id, slot) WHERE was_selected;

-- A picture that belongs to a post. Its bytes lie in S3 under their SHA-256, one object for all posts that show it.
CREATE TABLE post_media (
  post_id      UUID NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  position     INTEGER NOT NULL CHECK (position >= 1),
  workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  sha256       TEXT NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  content_type TEXT NOT NULL CHECK (content_type IN ('image/jpeg', 'image/png')),
  width        INTEGER NOT NULL CHECK (width BETWEEN 1 AND 10000),
  height       INTEGER NOT NULL CHECK (height BETWEEN 1 AND 10000),
  bytes        INTEGER NOT NULL CHECK (bytes > 0),
  alt_text     TEXT NOT NULL CHECK (length(alt_text) BETWEEN 1 AND 2000),
  template     TEXT NOT NULL,
  captions     JSONB NOT NULL,
  created_at   TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (post_id, position)
);

DO $$
DECLARE
  name TEXT;
BEGIN
  FOREACH name IN ARRAY ARRAY['councils', 'council_candidates', 'post_media'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('REVOKE ALL ON TABLE %I FROM PUBLIC', name);
    EXECUTE format('CREATE POLICY fleet ON %I TO rostrum_fleet USING (true) WITH CHECK (true)', name);
  END LOOP;
END
$$;

GRANT SELECT, INSERT, UPDATE ON councils, council_candidates TO rostrum_fleet;
GRANT SELECT, INSERT ON post_media TO rostrum_fleet;
