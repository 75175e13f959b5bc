-- Leaves of events of a key no more than where they stood and what caused them, those that are trimmed
-- and not dropped yet too; answers how many. The versions of the rows before it are dead, and gone with
-- the next vacuum.
CREATE FUNCTION erase_events(p integer, a_key text, places bigint[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = "${flyway:defaultSchema}", pg_temp
AS $$
DECLARE
  mark bigint;
  erased record;
  count bigint := 0;
BEGIN
  SELECT t.trimmed INTO STRICT mark FROM partitions t WHERE t.number = p;
  FOR erased IN
    UPDATE events e
    SET data = '{}', content_type = 'application/json',
        attributes = jsonb_strip_nulls(jsonb_build_object('hops', e.attributes -> 'hops', 'erased', 'true'))
    WHERE e.partition = p AND e.key = a_key COLLATE "C"
      AND (e.position = ANY (places) OR e.position <= mark)
      AND (e.attributes IS NULL OR jsonb_typeof(e.attributes) = 'object' AND NOT jsonb_exists(e.attributes, 'erased'))
    RETURNING e.id, e.source, e.position
  LOOP
    -- A digest says what a short text was to who tries them all
    UPDATE recent_ids r SET content = ''
    WHERE r.partition = p AND r.source = erased.source AND r.id = erased.id
      AND r.position = erased.position;
    count := count + 1;
  END LOOP;
  RETURN count;
END
$$;
