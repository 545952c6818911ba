-- A workspace may require a second factor of those who run it.

ALTER TABLE workspaces
  ADD COLUMN second_factor TEXT NOT NULL DEFAULT 'optional' CHECK (second_factor IN ('optional', 'required_of_admins'));

GRANT UPDATE (second_factor) ON workspaces TO rostrum_fleet;
-- What holds for a workspace, its readers may see, as with its name and who may register.
GRANT SELECT (second_factor) ON workspaces TO rostrum_reader;
