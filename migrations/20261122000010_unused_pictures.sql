-- The object of a picture that nothing shows any more is deleted. Whether something shows it is asked by its digest.

ALTER TABLE outbox DROP CONSTRAINT outbox_kind_check, ADD CONSTRAINT outbox_kind_check CHECK (
  kind IN ('campaign_run', 'campaign_schedule', 'generate_slot', 'mail', 'unused_picture')
);

CREATE INDEX idx_post_media_sha256 ON post_media (sha256);
CREATE INDEX idx_councils_picture ON councils ((image ->> 'sha256')) WHERE image IS NOT NULL;
