-- The keys under which secrets are sealed, each wrapped by KMS. Nothing here opens anything without KMS.

CREATE TABLE data_keys (
  id         UUID PRIMARY KEY,
  wrapped    BYTEA NOT NULL CHECK (length(wrapped) BETWEEN 1 AND 6144),
  -- active: seals and opens. retiring: still opens, while a rotation seals anew what is under it. retired: neither.
  state      TEXT NOT NULL CHECK (state IN ('active', 'retiring', 'retired')),
  created_at TIMESTAMPTZ NOT NULL,
  retired_at TIMESTAMPTZ,
  -- How far the rotation away from this key is: secrets that were sealed anew, and those that are left.
  resealed   BIGINT NOT NULL DEFAULT 0 CHECK (resealed >= 0),
  remaining  BIGINT CHECK (remaining >= 0),
  CHECK ((state = 'retired') = (retired_at IS NOT NULL)),
  CHECK ((state = 'active') = (remaining IS NULL))
);
-- One key seals, and one rotation is under way.
CREATE UNIQUE INDEX idx_data_keys_active ON data_keys (state) WHERE state = 'active';
CREATE UNIQUE INDEX idx_data_keys_retiring ON data_keys (state) WHERE state = 'retiring';

ALTER TABLE data_keys ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE data_keys FROM PUBLIC;
CREATE POLICY fleet ON data_keys TO rostrum_fleet USING (true) WITH CHECK (true);
-- A wrapped key is never overwritten nor removed: what is sealed under it would be lost.
GRANT SELECT, INSERT, UPDATE (state, retired_at, resealed, remaining) ON data_keys TO rostrum_fleet;

-- Which key a secret is under stands in its bytes 2 to 17. A rotation finds by this what is left.
CREATE INDEX idx_users_totp_data_key ON users (substring(totp_secret FROM 2 FOR 16), id) WHERE totp_secret IS NOT NULL;
GRANT UPDATE (totp_secret) ON users TO rostrum_fleet;
