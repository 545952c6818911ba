-- Posts that people changed before they approved them, for the refiner to learn from: a few of many.
CREATE INDEX idx_posts_edited ON posts (workspace_id, campaign_id, id)
  WHERE edit_distance > 0 AND status IN ('approved', 'scheduled', 'publishing', 'published');
