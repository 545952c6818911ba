-- What is written about, when, by whom, and with which prompt.

CREATE TABLE campaigns (
  id                 UUID PRIMARY KEY,
  workspace_id       UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  name               TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  platform           platform_type NOT NULL,
  brief              TEXT NOT NULL CHECK (length(brief) BETWEEN 1 AND 10000),
  audience           TEXT NOT NULL DEFAULT '' CHECK (length(audience) <= 1000),
  language           TEXT NOT NULL DEFAULT 'en' CHECK (length(language) BETWEEN 2 AND 35),
  call_to_action     TEXT NOT NULL DEFAULT '' CHECK (length(call_to_action) <= 500),
  hashtags           TEXT[] NOT NULL DEFAULT '{}',
  mentions           TEXT[] NOT NULL DEFAULT '{}',
  -- How many posts a thread may have; 1 means that a post stands alone.
  max_thread_posts   INTEGER NOT NULL DEFAULT 1 CHECK (max_thread_posts BETWEEN 1 AND 25),
  status             TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'archived')),
  schedule_cron      TEXT,
  schedule_timezone  TEXT NOT NULL DEFAULT 'UTC',
  posts_per_employee INTEGER NOT NULL DEFAULT 3 CHECK (posts_per_employee BETWEEN 1 AND 20),
  workflow_type      TEXT NOT NULL DEFAULT 'simple' CHECK (workflow_type IN ('simple')),
  workflow_config    JSONB NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(workflow_config) = 'object'),
  version            INTEGER NOT NULL DEFAULT 1,
  created_at         TIMESTAMPTZ NOT NULL,
  updated_at         TIMESTAMPTZ NOT NULL,
  -- Lets other tables refer to a campaign of their own workspace only.
  UNIQUE (workspace_id, id),
  CHECK (max_thread_posts = 1 OR platform = 'x'),
  CHECK (status = 'active' OR schedule_cron IS NULL)
);

CREATE TABLE campaign_employees (
  id           UUID PRIMARY KEY,
  workspace_id UUID NOT NULL,
  campaign_id  UUID NOT NULL,
  user_id      UUID NOT NULL,
  is_active    BOOLEAN NOT NULL DEFAULT true,
  created_at   TIMESTAMPTZ NOT NULL,
  UNIQUE (campaign_id, user_id),
  FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, user_id) REFERENCES employee_profiles (workspace_id, user_id) ON DELETE CASCADE
);
CREATE INDEX idx_campaign_employees_employee ON campaign_employees (workspace_id, user_id);

-- The prompt's templates. A row without campaign is the built-in that serves every campaign without one of its own.
CREATE TABLE prompt_versions (
  id              UUID PRIMARY KEY,
  workspace_id    UUID REFERENCES workspaces (id) ON DELETE CASCADE,
  campaign_id     UUID,
  version         TEXT NOT NULL CHECK (length(version) BETWEEN 1 AND 100),
  system_template TEXT NOT NULL,
  prompt_template TEXT NOT NULL,
  is_active       BOOLEAN NOT NULL DEFAULT true,
  created_at      TIMESTAMPTZ NOT NULL,
  UNIQUE NULLS NOT DISTINCT (campaign_id, version),
  FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns (workspace_id, id) ON DELETE CASCADE,
  CHECK ((workspace_id IS NULL) = (campaign_id IS NULL))
);
CREATE INDEX idx_prompt_versions_workspace ON prompt_versions (workspace_id, campaign_id);
