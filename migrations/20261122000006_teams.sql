-- Teams: people of a workspace who look after campaigns together, each in a role that holds for those campaigns alone.

CREATE TABLE teams (
  id           UUID PRIMARY KEY,
  workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  name         TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  version      INTEGER NOT NULL DEFAULT 1,
  archived_at  TIMESTAMPTZ,
  created_at   TIMESTAMPTZ NOT NULL,
  updated_at   TIMESTAMPTZ NOT NULL,
  -- Lets other tables refer to a team of their own workspace only; also the order of the list.
  UNIQUE (workspace_id, id)
);
CREATE UNIQUE INDEX idx_teams_name ON teams (workspace_id, name) WHERE archived_at IS NULL;

-- Who is in a team, and as what. An archived team has nobody.
CREATE TABLE team_members (
  team_id      UUID NOT NULL,
  workspace_id UUID NOT NULL,
  user_id      UUID NOT NULL,
  role         TEXT NOT NULL CHECK (role IN ('content_creator', 'publisher', 'reviewer', 'brand_manager')),
  created_at   TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (team_id, user_id),
  FOREIGN KEY (workspace_id, team_id) REFERENCES teams (workspace_id, id) ON DELETE CASCADE,
  -- Whoever leaves the workspace leaves its teams.
  FOREIGN KEY (workspace_id, user_id) REFERENCES memberships (workspace_id, user_id) ON DELETE CASCADE
);
CREATE INDEX idx_team_members_user ON team_members (workspace_id, user_id);

-- Whose campaign it is; NULL: everybody's. Teams are archived and not deleted, so that it stays known.
ALTER TABLE campaigns
  ADD COLUMN team_id UUID,
  ADD CONSTRAINT campaigns_team_fkey FOREIGN KEY (workspace_id, team_id) REFERENCES teams (workspace_id, id);
CREATE INDEX idx_campaigns_team ON campaigns (workspace_id, team_id, id) WHERE team_id IS NOT NULL;

DO $$
DECLARE
  name TEXT;
BEGIN
  FOREACH name IN ARRAY ARRAY['teams', 'team_members'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('REVOKE ALL ON TABLE %I FROM PUBLIC', name);
    EXECUTE format('CREATE POLICY fleet ON %I TO rostrum_fleet USING (true) WITH CHECK (true)', name);
  END LOOP;
END
$$;

GRANT SELECT, INSERT, UPDATE ON teams TO rostrum_fleet;
GRANT SELECT, INSERT, UPDATE, DELETE ON team_members TO rostrum_fleet;
GRANT UPDATE (name) ON workspaces TO rostrum_fleet;
