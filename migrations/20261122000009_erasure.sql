-- Erasing a person reaches what was written about them: what models answered, councils, pictures.

-- History is written once, but nobody's words outlive their erasure.
GRANT UPDATE (raw_output, error_message, metadata) ON workflow_logs TO rostrum_fleet;
GRANT DELETE ON post_media TO rostrum_fleet;

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

-- Supabase lets browsers call what everybody may execute.
REVOKE ALL ON FUNCTION without_texts(JSONB, TEXT), without_authors(JSONB, TEXT[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION without_texts(JSONB, TEXT), without_authors(JSONB, TEXT[]) TO rostrum_fleet;
