-- Who there is: workspaces, the people in them, and how each of them writes.
-- Ids are UUIDv7 made by the writer, so that primary keys grow in time order.

CREATE TYPE platform_type AS ENUM ('linkedin', 'x', 'instagram');

CREATE TABLE workspaces (
  id         UUID PRIMARY KEY,
  slug       TEXT NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9](-?[a-z0-9])*$' AND length(slug) <= 63),
  name       TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
);

-- A person, known by e-mail address in every workspace that they belong to.
CREATE TABLE users (
  id            UUID PRIMARY KEY,
  email         TEXT NOT NULL UNIQUE CHECK (email = lower(email) AND position('@' IN email) > 1 AND length(email) <= 254),
  name          TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  password_hash TEXT,
  status        TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
  created_at    TIMESTAMPTZ NOT NULL,
  updated_at    TIMESTAMPTZ NOT NULL
);

CREATE TABLE memberships (
  workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  user_id      UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role         TEXT NOT NULL CHECK (role IN ('admin', 'brand_manager', 'reviewer', 'publisher', 'content_creator')),
  created_at   TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (workspace_id, user_id)
);
CREATE INDEX idx_memberships_user ON memberships (user_id);

-- The voice of a person in one workspace: what the prompt says about its author.
CREATE TABLE employee_profiles (
  workspace_id UUID NOT NULL,
  user_id      UUID NOT NULL,
  display_name TEXT NOT NULL CHECK (length(display_name) BETWEEN 1 AND 200),
  job_title    TEXT NOT NULL DEFAULT '' CHECK (length(job_title) <= 200),
  bio          TEXT NOT NULL DEFAULT '' CHECK (length(bio) <= 4000),
  voice        TEXT NOT NULL DEFAULT '' CHECK (length(voice) <= 4000),
  version      INTEGER NOT NULL DEFAULT 1,
  archived_at  TIMESTAMPTZ,
  created_at   TIMESTAMPTZ NOT NULL,
  updated_at   TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (workspace_id, user_id),
  FOREIGN KEY (workspace_id, user_id) REFERENCES memberships (workspace_id, user_id) ON DELETE CASCADE
);

-- Texts that the employee wrote: the few-shot samples of the prompt.
CREATE TABLE writing_samples (
  id           UUID PRIMARY KEY,
  workspace_id UUID NOT NULL,
  user_id      UUID NOT NULL,
  -- NULL: fits every platform.
  platform     platform_type,
  content      TEXT NOT NULL CHECK (length(content) BETWEEN 1 AND 10000),
  version      INTEGER NOT NULL DEFAULT 1,
  archived_at  TIMESTAMPTZ,
  created_at   TIMESTAMPTZ NOT NULL,
  updated_at   TIMESTAMPTZ NOT NULL,
  FOREIGN KEY (workspace_id, user_id) REFERENCES employee_profiles (workspace_id, user_id) ON DELETE CASCADE
);
CREATE INDEX idx_writing_samples_employee ON writing_samples (workspace_id, user_id, id);
-- A sample that is there twice teaches nothing and costs tokens.
CREATE UNIQUE INDEX idx_writing_samples_distinct ON writing_samples (workspace_id, user_id, md5(content)) WHERE archived_at IS NULL;
