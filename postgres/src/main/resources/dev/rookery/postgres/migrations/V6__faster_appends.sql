-- Ids, conversations and causes are found by a filter for each 32 pages of a chunk, six bytes an event,
-- in place of trees of a hundred and more that every append had to change: docs/adr/0018 says why.
DROP INDEX events_by_id, events_of_conversation, events_of_cause;
CREATE INDEX events_by_name ON events
  USING brin (id text_bloom_ops, correlation text_bloom_ops, causation text_bloom_ops)
  WITH (pages_per_range = 32);

-- Appends a batch, all or none, neighbours of each other. Answers for each event in order what
-- became of it (0 stored, 1 stored before, 2 stored before with other content) and its position.
--
-- Each statement of a function has a snapshot of its own, so what follows the lock sees what its
-- former holder committed; in one statement with the lock it would not.
--
-- A batch of which no id is known is the rule: its ids are remembered at once, and only where one
-- of them was there already, each is looked up.
CREATE OR REPLACE FUNCTION append(
  p integer, remember boolean,
  ids text[], types text[], sources text[], keys text[], seconds bigint[], nanos integer[],
  correlations text[], causations text[], versions integer[], content_types text[],
  attributes text[], datas bytea[], contents bytea[], sizes bigint[])
RETURNS TABLE (kind smallint, place bigint)
LANGUAGE plpgsql SET search_path = "${flyway:defaultSchema}", pg_temp SET enable_seqscan = off SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  tail partitions%ROWTYPE;
  taken timestamptz;
  known boolean := false; -- some of them
  kinds smallint[];
  places bigint[];
  totals bigint[];
  fresh bigint := cardinality(ids);
BEGIN
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  SELECT * INTO STRICT tail FROM partitions t WHERE t.number = p FOR NO KEY UPDATE;
  WHILE tail.last + fresh > tail.room LOOP
    tail.room := make_chunk(p);
  END LOOP;
  taken := greatest(clock(), tail.stored_at);

  IF remember THEN
    BEGIN
      INSERT INTO recent_ids (partition, source, id, position, content)
      SELECT p, b.source, b.id, tail.last + b.n, b.content
      FROM unnest(sources, ids, contents) WITH ORDINALITY AS b (source, id, content, n);
    EXCEPTION WHEN unique_violation THEN
      known := true;
    END;
  END IF;

  IF NOT known THEN
    SELECT array_agg(0), array_agg(tail.last + b.n ORDER BY b.n), array_agg(b.total ORDER BY b.n)
    INTO kinds, places, totals
    FROM (SELECT u.n, tail.bytes + sum(u.size) OVER (ORDER BY u.n) AS total
          FROM unnest(sizes) WITH ORDINALITY AS u (size, n)) b;
  ELSE
    SELECT array_agg(v.kind ORDER BY v.n), array_agg(v.place ORDER BY v.n),
           array_agg(v.total ORDER BY v.n), coalesce(sum(1) FILTER (WHERE v.kind = 0), 0)
    INTO kinds, places, totals, fresh
    FROM (
      SELECT w.n, w.total,
             CASE WHEN w.new THEN 0 WHEN w.first_content = w.content THEN 1 ELSE 2 END AS kind,
             CASE WHEN w.new THEN w.place ELSE w.first_place END AS place
      FROM (
        SELECT u.n, u.new, u.content, u.place,
               tail.bytes + sum(CASE WHEN u.new THEN u.size ELSE 0 END) OVER (ORDER BY u.n) AS total,
               coalesce(u.known, first_value(u.place) OVER same) AS first_place,
               coalesce(u.known_content, first_value(u.content) OVER same) AS first_content
        FROM (
          SELECT m.*, tail.last + sum(m.new::integer) OVER (ORDER BY m.n) AS place
          FROM (
            SELECT b.n, b.id, b.source, b.content, b.size, r.position AS known, r.content AS known_content,
                   r.position IS NULL
                     AND row_number() OVER (PARTITION BY b.source, b.id ORDER BY b.n) = 1 AS new
            FROM unnest(ids, sources, contents, sizes)
                   WITH ORDINALITY AS b (id, source, content, size, n)
            LEFT JOIN LATERAL (
              SELECT i.position, i.content FROM recent_ids i
              WHERE i.partition = p AND i.source = b.source AND i.id = b.id
              LIMIT 1 -- a look-up for each, whatever is thought of the table's size
            ) r ON true
          ) m
        ) u
        WINDOW same AS (PARTITION BY u.source, u.id ORDER BY u.n)
      ) w
    ) v;
    INSERT INTO recent_ids (partition, source, id, position, content)
    SELECT p, b.source, b.id, b.place, b.content
    FROM unnest(kinds, places, sources, ids, contents) AS b (kind, place, source, id, content)
    WHERE b.kind = 0;
  END IF;

  IF fresh > 0 THEN
    INSERT INTO events (partition, position, stored_at, total, id, type, source, key, time, nanos,
                        correlation, causation, version, content_type, attributes, data)
    SELECT p, b.place, taken, b.total, b.id, b.type, b.source, b.key,
           timestamptz '1970-01-01 00:00:00+00' + b.second * interval '1 second'
             + (b.nano / 1000) * interval '1 microsecond',
           b.nano % 1000, b.correlation, b.causation, b.version, b.content_type,
           b.attributes::jsonb, b.data
    FROM unnest(kinds, places, totals, ids, types, sources, keys, seconds, nanos, correlations,
                causations, versions, content_types, attributes, datas)
           AS b (kind, place, total, id, type, source, key, second, nano, correlation,
                 causation, version, content_type, attributes, data)
    WHERE b.kind = 0;
    UPDATE partitions t
    SET last = tail.last + fresh, bytes = totals[cardinality(totals)], stored_at = taken
    WHERE t.number = p;
  END IF;
  RETURN QUERY SELECT * FROM unnest(kinds, places);
END
$$;
