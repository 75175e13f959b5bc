-- Nothing is planned by statistics of the ids.
ALTER TABLE recent_ids SET (autovacuum_analyze_threshold = 2147483647);

-- Statistics of a chunk come from three thousand of its rows in place of thirty thousand, which took
-- as much as a fifth of what the appends took. They are what leads searches to events_by_name.
CREATE OR REPLACE FUNCTION make_chunk(p integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = "${flyway:defaultSchema}", pg_temp
AS $$
DECLARE
  tail partitions%ROWTYPE;
  size bigint;
  name text;
BEGIN
  SELECT * INTO STRICT tail FROM partitions WHERE number = p FOR NO KEY UPDATE;
  size := greatest(10000, (tail.last - tail.trimmed) / 8);
  name := 'events_' || p || '_' || tail.room + 1;
  EXECUTE format('CREATE TABLE %I (LIKE events)', name);
  EXECUTE (
    SELECT format('ALTER TABLE %I ', name) || string_agg(format('ALTER %I SET STATISTICS 10', a.attname), ', ')
    FROM pg_attribute a WHERE a.attrelid = 'events'::regclass AND a.attnum > 0 AND NOT a.attisdropped);
  EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
    'events_' || p, name, tail.room + 1, tail.room + size + 1);
  INSERT INTO chunks VALUES (p, tail.room + 1, tail.room + size);
  UPDATE partitions SET room = tail.room + size WHERE number = p;
  RETURN tail.room + size;
END
$$;

-- Forgets ids that are out of the window, a slice of them; answers how many positions that were.
-- Where another process is at it, nothing. That it is not synced costs no more than to do it again.
CREATE OR REPLACE FUNCTION forget_ids(p integer, age interval, most bigint, slice bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = "${flyway:defaultSchema}", pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
AS $$
DECLARE
  tail partitions%ROWTYPE;
  mark bigint;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext(current_schema() || '.forget_ids'), p) THEN
    RETURN 0;
  END IF;
  PERFORM set_config('synchronous_commit', 'off', true);
  SELECT * INTO STRICT tail FROM partitions t WHERE t.number = p;
  mark := greatest(
    position_before(p, tail.forgotten, tail.last, clock() - age, NULL), tail.last - most);
  mark := least(mark, tail.forgotten + slice);
  IF mark <= tail.forgotten THEN
    RETURN 0;
  END IF;
  DELETE FROM recent_ids r USING events e
  WHERE e.partition = p AND e.position > tail.forgotten AND e.position <= mark
    AND r.partition = p AND r.source = e.source AND r.id = e.id AND r.position = e.position;
  UPDATE partitions t SET forgotten = mark WHERE t.number = p;
  RETURN mark - tail.forgotten;
END
$$;

-- An id is compared before its source, and with it most of what is new goes to the end of the key.
ALTER TABLE recent_ids DROP CONSTRAINT recent_ids_pkey, ADD PRIMARY KEY (id, source, partition);

ALTER TYPE draft ADD ATTRIBUTE n integer; -- which of its batch it is, from 1

-- Appends a batch, all or none, neighbours of each other. Answers the position of the first, where all
-- are new; else, for each event in order, what became of it (0 stored, 1 stored before, 2 stored before
-- with other content) and its position.
--
-- Each statement of a function has a snapshot of its own, so what follows the lock sees what its
-- former holder committed; in one statement with the lock it would not.
--
-- That no id of a batch is known is the rule: they are remembered at once, and only where that fails
-- each is looked up.
DROP FUNCTION append;
CREATE FUNCTION append(p integer, remember boolean, drafts draft[],
  OUT first bigint, OUT kinds smallint[], OUT places bigint[])
LANGUAGE plpgsql SET search_path = "${flyway:defaultSchema}", pg_temp SET enable_seqscan = off SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  tail partitions%ROWTYPE;
  before bigint;
  bytes_before bigint;
  taken timestamptz;
  count integer := cardinality(drafts);
  totals bigint[];
  fresh bigint := count;
  added bigint := drafts[count].total;
BEGIN
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  SELECT * INTO STRICT tail FROM partitions t WHERE t.number = p FOR NO KEY UPDATE;
  WHILE tail.last + count > tail.room LOOP
    tail.room := make_chunk(p);
  END LOOP;
  before := tail.last;
  bytes_before := tail.bytes;
  taken := greatest(clock(), tail.stored_at);

  IF remember THEN
    BEGIN
      INSERT INTO recent_ids (partition, source, id, position, content)
      SELECT p, b.source, b.id, before + b.n, b.content FROM unnest(drafts) AS b;
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
            SELECT m.*, before + sum(m.new::integer) OVER (ORDER BY m.n) AS place
            FROM (
              SELECT b.n, b.id, b.source, b.content,
                     b.total - lag(b.total, 1, 0::bigint) OVER (ORDER BY b.n) AS size,
                     r.position AS known, r.content AS known_content,
                     r.position IS NULL
                       AND row_number() OVER (PARTITION BY b.source, b.id ORDER BY b.n) = 1 AS new
              FROM unnest(drafts) AS b
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
      SELECT p, b.source, b.id, places[b.n], b.content FROM unnest(drafts) AS b
      WHERE kinds[b.n] = 0;
    END;
  END IF;

  IF fresh > 0 THEN
    INSERT INTO events (partition, position, stored_at, total, id, type, source, key, time, nanos,
                        correlation, causation, version, content_type, attributes, data)
    SELECT p, coalesce(places[b.n], before + b.n), taken, bytes_before + coalesce(totals[b.n], b.total),
           b.id, b.type, b.source, b.key, b.time, b.nanos, b.correlation, b.causation, b.version,
           b.content_type, b.attributes, b.data
    FROM unnest(drafts) AS b
    WHERE kinds IS NULL OR kinds[b.n] = 0;
    UPDATE partitions t
    SET last = before + fresh, bytes = bytes_before + added, stored_at = taken
    WHERE t.number = p;
  END IF;
  first := before + 1;
END
$$;
