-- Erasing a person reaches what was written about them: what models answered, councils, pictures.

-- The slots of a person, which lead to their councils and to every step by the keys of those.
CREATE INDEX idx_execution_slots_employee ON execution_slots (employee_id);
-- Posts whose findings name the author of another post: a few of many.
CREATE INDEX idx_posts_near_identical ON posts (workspace_id) WHERE findings @> '[{"code": "near_identical"}]';

-- A value without what anybody wrote in it. Numbers, truth values and the form stay, so that whoever read it before still
-- reads it; of texts only those that name a seat, a model or one of a few fixed words. What nobody thought of is erased.
-- `key` is the key under which the value stands.
CREATE FUNCTION without_texts(value JSONB, key TEXT DEFAULT '') RETURNS JSONB
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
  CASE jsonb_typeof(value)
    WHEN 'object' THEN
      RETURN (
        SELECT coalesce(jsonb_object_agg(part.key, public.without_texts(part.value, part.key)), '{}')
        FROM jsonb_each(value) AS part
      );
    WHEN 'array' THEN
      RETURN (
        SELECT coalesce(jsonb_agg(public.without_texts(part.value, without_texts.key) ORDER BY part.place), '[]')
        FROM jsonb_array_elements(value) WITH ORDINALITY AS part (value, place)
      );
    WHEN 'string' THEN
      IF key = ANY (ARRAY[
        'by', 'code', 'criterion', 'decided_by', 'family', 'judge', 'kept', 'kind', 'model', 'offender', 'order',
        'preferred', 'prompt_version', 'purpose', 'ranking', 'seat', 'severity', 'standing', 'status', 'voter', 'winner',
        'workflow_type'
      ]) THEN
        RETURN value;
      END IF;
      RETURN '"Erased."';
    ELSE
      RETURN value;
  END CASE;
END
$$;

-- Findings without the name of who wrote those posts, of which they say that they are nearly the same.
CREATE FUNCTION without_authors(findings JSONB, posts TEXT[]) RETURNS JSONB
LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT coalesce(jsonb_agg(
    CASE WHEN finding.value #>> '{detail,post_id}' = ANY (posts) THEN
      jsonb_set(
        finding.value || '{"message": "Much of it is the same as in a post of somebody who was erased."}',
        '{detail,author}', '"Somebody"')
    ELSE finding.value END
    ORDER BY finding.place
  ), '[]')
  FROM jsonb_array_elements(findings) WITH ORDINALITY AS finding (value, place)
$$;

-- History is written once, and the fleet may not change it. What it may is to call this, as the owner of the tables, for
-- somebody whom it has erased: what models answered for them goes, and the pictures of what they never published. That the
-- calls were made, when, and at what cost, stays.
CREATE FUNCTION erase_history(person UUID) RETURNS VOID
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM users WHERE id = person AND erased_at IS NOT NULL) THEN
    RAISE EXCEPTION 'nobody was erased whose id is %', person;
  END IF;
  UPDATE workflow_logs AS log
  SET raw_output = NULL, error_message = CASE WHEN log.error_message IS NOT NULL THEN 'Erased.' END,
      metadata = without_texts(log.metadata)
  FROM execution_slots AS slot
  WHERE slot.employee_id = person AND log.execution_id = slot.execution_id AND log.employee_id = slot.employee_id
    AND log.slot = slot.slot;
  DELETE FROM post_media USING posts AS post
  WHERE post_media.post_id = post.id AND post.employee_id = person AND post.status NOT IN ('publishing', 'published')
    AND post.workspace_id IN (SELECT workspace_id FROM memberships WHERE user_id = person);
END
$$;

-- Supabase lets browsers call what everybody may execute.
REVOKE ALL ON FUNCTION without_texts(JSONB, TEXT), without_authors(JSONB, TEXT[]), erase_history(UUID) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION without_texts(JSONB, TEXT), without_authors(JSONB, TEXT[]), erase_history(UUID) TO rostrum_fleet;
