-- Ids, conversations and causes are found by a filter for each 32 pages of a chunk, six bytes an event,
-- in place of trees of a hundred and more that every append had to change: docs/adr/0018 says why.
DROP INDEX events_by_id, events_of_conversation, events_of_cause;
CREATE INDEX events_by_name ON events
  USING brin (id text_bloom_ops, correlation text_bloom_ops, causation text_bloom_ops)
  WITH (pages_per_range = 32);

-- An event on its way: what its row has of it, the digest of what its publisher said, and the bytes of
-- its batch up to it.
CREATE TYPE draft AS (
  id text, type text, source text, key text, time timestamptz, nanos smallint,
  correlation text, causation text, version integer, content_type text, attributes jsonb, data bytea,
  content bytea, total bigint);

-- Appends a batch, all or none, neighbours of each other. Answers for each event in order what
-- became of it (0 stored, 1 stored before, 2 stored before with other content) and its position.
--
-- Each statement of a function has a snapshot of its own, so what follows the lock sees what its
-- former holder committed; in one statement with the lock it would not.
--
-- That no id of a batch is known is the rule: they are remembered at once, and only where that fails
-- each is looked up.
DROP FUNCTION append;
CREATE FUNCTION append(p integer, remember boolean, drafts draft[])
RETURNS TABLE (kind smallint, place bigint)
LANGUAGE plpgsql SET search_path = "${flyway:defaultSchema}", pg_temp SET enable_seqscan = off SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  tail partitions%ROWTYPE;
  taken timestamptz;
  count integer := cardinality(drafts);
  kinds smallint[];  -- null where all are new
  places bigint[];
  totals bigint[];
  fresh bigint := count;
  added bigint;
BEGIN
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  SELECT * INTO STRICT tail FROM partitions t WHERE t.number = p FOR NO KEY UPDATE;
  WHILE tail.last + count > tail.room LOOP
    tail.room := make_chunk(p);
  END LOOP;
  taken := greatest(clock(), tail.stored_at);
  added := drafts[count].total;

  IF remember THEN
    BEGIN
      INSERT INTO recent_ids (partition, source, id, position, content)
      SELECT p, b.source, b.id, tail.last + row_number() OVER (), b.content FROM unnest(drafts) AS b;
    EXCEPTION WHEN unique_violation THEN
      SELECT array_agg(v.kind ORDER BY v.n), array_agg(v.place ORDER BY v.n),
             array_agg(v.total ORDER BY v.n), coalesce(sum(1) FILTER (WHERE v.kind = 0), 0)
      INTO kinds, places, totals, fresh
      FROM (
        SELECT w.n, w.total,
               CASE WHEN w.new THEN 0 WHEN w.first_content = w.content THEN 1 ELSE 2 END AS kind,
               CASE WHEN w.new THEN w.place ELSE w.first_place END AS place
        FROM (
          SELECT u.n, u.new, u.content, u.place,
                 sum(CASE WHEN u.new THEN u.size ELSE 0 END) OVER (ORDER BY u.n) AS total,
                 coalesce(u.known, first_value(u.place) OVER same) AS first_place,
                 coalesce(u.known_content, first_value(u.content) OVER same) AS first_content
          FROM (
            SELECT m.*, tail.last + sum(m.new::integer) OVER (ORDER BY m.n) AS place
            FROM (
              SELECT b.n, b.id, b.source, b.content,
                     b.total - lag(b.total, 1, 0::bigint) OVER (ORDER BY b.n) AS size,
                     r.position AS known, r.content AS known_content,
                     r.position IS NULL
                       AND row_number() OVER (PARTITION BY b.source, b.id ORDER BY b.n) = 1 AS new
              FROM (SELECT d.*, row_number() OVER () AS n FROM unnest(drafts) AS d) b
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
      added := totals[count];
      INSERT INTO recent_ids (partition, source, id, position, content)
      SELECT p, b.source, b.id, places[b.n], b.content
      FROM (SELECT d.*, row_number() OVER () AS n FROM unnest(drafts) AS d) b
      WHERE kinds[b.n] = 0;
    END;
  END IF;

  IF fresh > 0 THEN
    INSERT INTO events (partition, position, stored_at, total, id, type, source, key, time, nanos,
                        correlation, causation, version, content_type, attributes, data)
    SELECT p, coalesce(places[b.n], tail.last + b.n), taken, tail.bytes + coalesce(totals[b.n], b.total),
           b.id, b.type, b.source, b.key, b.time, b.nanos, b.correlation, b.causation, b.version,
           b.content_type, b.attributes, b.data
    FROM (SELECT d.*, row_number() OVER () AS n FROM unnest(drafts) AS d) b
    WHERE kinds IS NULL OR kinds[b.n] = 0;
    UPDATE partitions t
    SET last = tail.last + fresh, bytes = tail.bytes + added, stored_at = taken
    WHERE t.number = p;
  END IF;
  RETURN QUERY SELECT coalesce(kinds[b.n], 0::smallint), coalesce(places[b.n], tail.last + b.n)
    FROM generate_series(1, count) AS b (n);
END
$$;
