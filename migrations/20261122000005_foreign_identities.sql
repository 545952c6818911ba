-- Who signs in with somebody else's word for it: a provider of OpenID Connect, or another issuer of tokens.

CREATE TABLE foreign_identities (
  id           UUID PRIMARY KEY,
  user_id      UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  provider     TEXT NOT NULL CHECK (provider IN ('google', 'linkedin', 'supabase')),
  -- The person at the issuer: never the address, which may become somebody else's.
  issuer       TEXT NOT NULL CHECK (length(issuer) BETWEEN 1 AND 500),
  subject      TEXT NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
  created_at   TIMESTAMPTZ NOT NULL,
  last_used_at TIMESTAMPTZ NOT NULL,
  UNIQUE (issuer, subject)
);
CREATE INDEX idx_foreign_identities_user ON foreign_identities (user_id, id);

-- A sign-in that is under way at a provider, for ten minutes. State, nonce and verifier are made of its secret, of which
-- only the SHA-256 is here: whoever reads this table can finish none of them.
CREATE TABLE sign_in_attempts (
  digest      BYTEA PRIMARY KEY CHECK (length(digest) = 32),
  provider    TEXT NOT NULL CHECK (provider IN ('google', 'linkedin')),
  created_at  TIMESTAMPTZ NOT NULL,
  expires_at  TIMESTAMPTZ NOT NULL,
  -- When its code was taken to the provider, who takes it once.
  redeemed_at TIMESTAMPTZ,
  -- Whom the provider vouched for, until somebody is signed in: a second factor may be asked for in between.
  issuer      TEXT CHECK (length(issuer) BETWEEN 1 AND 500),
  subject     TEXT CHECK (length(subject) BETWEEN 1 AND 255),
  -- Only an address for which the provider vouches.
  email       TEXT CHECK (email = lower(email) AND length(email) <= 254),
  name        TEXT CHECK (length(name) BETWEEN 1 AND 200),
  used_at     TIMESTAMPTZ,
  CHECK ((issuer IS NULL) = (subject IS NULL)),
  CHECK (issuer IS NULL OR redeemed_at IS NOT NULL),
  CHECK (used_at IS NULL OR (issuer IS NULL AND email IS NULL AND name IS NULL))
);
CREATE INDEX idx_sign_in_attempts_expires ON sign_in_attempts (expires_at);

DO $$
DECLARE
  name TEXT;
BEGIN
  FOREACH name IN ARRAY ARRAY['foreign_identities', 'sign_in_attempts'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('REVOKE ALL ON TABLE %I FROM PUBLIC', name);
    EXECUTE format('CREATE POLICY fleet ON %I TO rostrum_fleet USING (true) WITH CHECK (true)', name);
  END LOOP;
END
$$;

GRANT SELECT, INSERT, DELETE, UPDATE (last_used_at) ON foreign_identities TO rostrum_fleet;
GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_attempts TO rostrum_fleet;
