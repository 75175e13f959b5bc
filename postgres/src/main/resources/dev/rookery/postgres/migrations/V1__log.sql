-- The log, its readers and what they gave up: docs/adr/0011 says why it is so.

-- The one clock of the log. No process' own clock is written anywhere.
CREATE FUNCTION clock() RETURNS timestamptz LANGUAGE sql VOLATILE
AS 'SELECT pg_catalog.clock_timestamp()';

-- A row for each partition of a stream. Who appends holds it until the commit, so that the order of
-- positions is the order of commits, and a rollback leaves no gap.
CREATE TABLE partitions (
  number        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  stream        text COLLATE "C" NOT NULL,
  partition     integer NOT NULL,
  epoch         uuid NOT NULL DEFAULT gen_random_uuid(), -- another where a backup was restored
  last          bigint NOT NULL DEFAULT 0,   -- the last position given
  bytes         bigint NOT NULL DEFAULT 0,   -- of all events up to it
  stored_at     timestamptz NOT NULL DEFAULT '-infinity', -- when it was taken
  trimmed       bigint NOT NULL DEFAULT 0,   -- the last position removed
  trimmed_bytes bigint NOT NULL DEFAULT 0,   -- of all events up to that
  forgotten     bigint NOT NULL DEFAULT 0,   -- ids up to here are no longer remembered
  room          bigint NOT NULL DEFAULT 0,   -- the last position that there is a chunk for
  UNIQUE (stream, partition)
) WITH (fillfactor = 20);

CREATE TABLE events (
  partition    integer NOT NULL,
  position     bigint NOT NULL,
  stored_at    timestamptz NOT NULL,  -- when the log took it, never falling in a partition
  total        bigint NOT NULL,       -- bytes of all events of the partition up to this one
  id           text COLLATE "C" NOT NULL,
  type         text COLLATE "C" NOT NULL,
  source       text COLLATE "C" NOT NULL,
  key          text COLLATE "C" NOT NULL,
  time         timestamptz NOT NULL,  -- when it happened, in microseconds
  nanos        smallint NOT NULL,     -- and what is left of a microsecond
  correlation  text COLLATE "C" NOT NULL,
  causation    text COLLATE "C",
  version      integer NOT NULL,
  content_type text NOT NULL,
  attributes   jsonb,
  data         bytea NOT NULL,        -- as it came; jsonb would reorder and round it
  PRIMARY KEY (partition, position)
) PARTITION BY LIST (partition);

CREATE INDEX events_by_id ON events (id);

-- Each partition's events stand in chunks by position, which retention drops as a whole.
CREATE TABLE chunks (
  partition integer NOT NULL REFERENCES partitions,
  first     bigint NOT NULL,
  last      bigint NOT NULL,
  PRIMARY KEY (partition, first)
);

-- The window of ids. Not partitioned, so that its key holds for a whole partition of a stream.
CREATE TABLE recent_ids (
  partition integer NOT NULL,
  source    text COLLATE "C" NOT NULL,
  id        text COLLATE "C" NOT NULL,
  position  bigint NOT NULL,
  content   bytea NOT NULL,           -- a digest of what the publisher said
  PRIMARY KEY (partition, source, id)
);

-- One row: how often any definition changed.
CREATE TABLE changes (
  one      boolean PRIMARY KEY DEFAULT true CHECK (one),
  revision bigint NOT NULL DEFAULT 0
);
INSERT INTO changes DEFAULT VALUES;

CREATE TABLE subscriptions (
  name       text COLLATE "C" PRIMARY KEY,
  paused     boolean NOT NULL,
  revision   bigint NOT NULL,
  definition text NOT NULL
);

-- No epoch is ever given twice, not to a subscription of the same name that was made anew either.
CREATE SEQUENCE epochs;

-- How far a subscription got in a partition, and who works on it. No time is stored: a challenger
-- measures on its own clock whether (epoch, renewals) stand still.
CREATE TABLE cursors (
  subscription text COLLATE "C" NOT NULL,
  partition    text COLLATE "C" NOT NULL, -- stream/number
  owner        text COLLATE "C" NOT NULL DEFAULT '',
  epoch        bigint NOT NULL DEFAULT 0,
  renewals     bigint NOT NULL DEFAULT 0,
  ttl          bigint NOT NULL DEFAULT 0,   -- nanoseconds
  clean        boolean NOT NULL DEFAULT true, -- false from a claim to its clean release
  floor        bigint NOT NULL,             -- as in the cursor, for trimming
  ordinal      bigint NOT NULL,             -- as in the cursor, for lag
  cursor       text NOT NULL,
  PRIMARY KEY (subscription, partition)
) WITH (fillfactor = 50);

CREATE TABLE announcements (
  subscription text COLLATE "C" NOT NULL,
  subscriber   text COLLATE "C" NOT NULL,
  until        timestamptz NOT NULL,
  PRIMARY KEY (subscription, subscriber)
);

CREATE TABLE dead_letters (
  id           text COLLATE "C" PRIMARY KEY,
  subscription text COLLATE "C" NOT NULL,
  partition    text COLLATE "C" NOT NULL,
  position     bigint NOT NULL,
  low          bigint NOT NULL,   -- of the position
  key          text COLLATE "C" NOT NULL,
  type         text COLLATE "C",  -- null where it could not be decoded
  reason       text NOT NULL,
  attempts     integer NOT NULL,
  redriving    boolean NOT NULL,
  since        timestamptz NOT NULL,
  letter       text NOT NULL
);
CREATE INDEX dead_letters_of_key ON dead_letters (subscription, partition, key, position, low);
CREATE INDEX dead_letters_redriving ON dead_letters (subscription, partition, position, low) WHERE redriving;
CREATE INDEX dead_letters_of_subscription ON dead_letters (subscription, id);
CREATE INDEX dead_letters_by_age ON dead_letters (since) WHERE reason <> 'parked';

CREATE TABLE settings (
  name  text COLLATE "C" PRIMARY KEY,
  value text NOT NULL
);

-- Makes a partition, if there is none yet, and answers its number. A table is attached, not made in
-- its place: that waits for no reader.
CREATE FUNCTION make_partition(a_stream text, a_partition integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = "${flyway:defaultSchema}", pg_temp
AS $$
DECLARE
  made integer;
BEGIN
  INSERT INTO partitions (stream, partition) VALUES (a_stream, a_partition)
    ON CONFLICT DO NOTHING RETURNING number INTO made;
  IF made IS NULL THEN
    SELECT number INTO STRICT made FROM partitions
      WHERE stream = a_stream AND partition = a_partition;
    RETURN made;
  END IF;
  EXECUTE format('CREATE TABLE %I (LIKE events) PARTITION BY RANGE (position)', 'events_' || made);
  EXECUTE format('ALTER TABLE events ATTACH PARTITION %I FOR VALUES IN (%s)', 'events_' || made, made);
  RETURN made;
END
$$;

-- Makes the next chunk of a partition, larger the more it keeps, so that there are never many.
CREATE FUNCTION make_chunk(p integer) RETURNS bigint
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
  EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
    'events_' || p, name, tail.room + 1, tail.room + size + 1);
  INSERT INTO chunks VALUES (p, tail.room + 1, tail.room + size);
  UPDATE partitions SET room = tail.room + size WHERE number = p;
  RETURN tail.room + size;
END
$$;

-- Drops chunks that are trimmed as a whole and whose ids are forgotten. Where a reader is in the
-- way it is left for another time.
CREATE FUNCTION drop_chunks(p integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = "${flyway:defaultSchema}", pg_temp
SET lock_timeout = '100ms'
AS $$
DECLARE
  old record;
  dropped integer := 0;
BEGIN
  FOR old IN
    SELECT c.partition, c.first FROM chunks c JOIN partitions t ON t.number = c.partition
      WHERE c.partition = p AND c.last <= least(t.trimmed, t.forgotten)
      ORDER BY c.first FOR UPDATE OF c SKIP LOCKED
  LOOP
    EXECUTE format('DROP TABLE %I', 'events_' || p || '_' || old.first);
    DELETE FROM chunks WHERE partition = p AND first = old.first;
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
EXCEPTION WHEN lock_not_available THEN
  RETURN 0;
END
$$;

-- Appends a batch, all or none, neighbours of each other. Answers for each event in order what
-- became of it (0 stored, 1 stored before, 2 stored before with other content) and its position.
--
-- Each statement of a function has a snapshot of its own, so what follows the lock sees what its
-- former holder committed; in one statement with the lock it would not.
CREATE FUNCTION append(
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
  kinds smallint[];
  places bigint[];
  totals bigint[];
  fresh bigint;
BEGIN
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  SELECT * INTO STRICT tail FROM partitions t WHERE t.number = p FOR NO KEY UPDATE;
  WHILE tail.last + cardinality(ids) > tail.room LOOP
    tail.room := make_chunk(p);
  END LOOP;
  taken := greatest(clock(), tail.stored_at);

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
                 NOT remember OR r.position IS NULL
                   AND row_number() OVER (PARTITION BY b.source, b.id ORDER BY b.n) = 1 AS new
          FROM unnest(ids, sources, contents, sizes)
                 WITH ORDINALITY AS b (id, source, content, size, n)
          LEFT JOIN LATERAL (
            SELECT i.position, i.content FROM recent_ids i
            WHERE remember AND i.partition = p AND i.source = b.source AND i.id = b.id
            LIMIT 1 -- a look-up for each, whatever is thought of the table's size
          ) r ON true
        ) m
      ) u
      WINDOW same AS (PARTITION BY u.source, u.id ORDER BY u.n)
    ) w
  ) v;

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
    IF remember THEN
      INSERT INTO recent_ids (partition, source, id, position, content)
      SELECT p, b.source, b.id, b.place, b.content
      FROM unnest(kinds, places, sources, ids, contents) AS b (kind, place, source, id, content)
      WHERE b.kind = 0;
    END IF;
    UPDATE partitions t
    SET last = tail.last + fresh, bytes = totals[cardinality(totals)], stored_at = taken
    WHERE t.number = p;
  END IF;
  RETURN QUERY SELECT * FROM unnest(kinds, places);
END
$$;

-- The last position of a range that was taken before an instant, or, where that is given, whose
-- total is at most so many bytes; the range's beginning where none was. Both never fall, and there are no gaps, so halving finds it.
CREATE FUNCTION position_before(p integer, after bigint, until bigint, instant timestamptz, most bigint)
RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = "${flyway:defaultSchema}", pg_temp
AS $$
DECLARE
  low bigint := after;
  high bigint := until;
  middle bigint;
  below boolean;
BEGIN
  WHILE low < high LOOP
    middle := (low + high + 1) / 2;
    SELECT CASE WHEN most IS NULL THEN e.stored_at < instant ELSE e.total <= most END
      INTO STRICT below FROM events e WHERE e.partition = p AND e.position = middle;
    IF below THEN
      low := middle;
    ELSE
      high := middle - 1;
    END IF;
  END LOOP;
  RETURN low;
END
$$;

-- Moves the mark of what is removed, past no cursor's floor; answers how many events that takes.
-- A cursor is made or moved under a lock that waits for this one.
CREATE FUNCTION trim_partition(p integer, a_name text, age interval, keep bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = "${flyway:defaultSchema}", pg_temp
AS $$
DECLARE
  tail partitions%ROWTYPE;
  mark bigint := 0;
  mark_bytes bigint;
BEGIN
  SELECT * INTO STRICT tail FROM partitions t WHERE t.number = p FOR UPDATE;
  IF age IS NOT NULL THEN
    mark := greatest(mark, position_before(p, tail.trimmed, tail.last, clock() - age, NULL));
  END IF;
  IF keep IS NOT NULL AND tail.bytes - tail.trimmed_bytes > keep THEN
    mark := greatest(mark, position_before(p, tail.trimmed, tail.last, NULL, tail.bytes - keep));
  END IF;
  SELECT least(mark, coalesce(min(c.floor), mark)) INTO mark FROM cursors c WHERE c.partition = a_name;
  IF mark <= tail.trimmed THEN
    RETURN 0;
  END IF;
  SELECT e.total INTO STRICT mark_bytes FROM events e WHERE e.partition = p AND e.position = mark;
  UPDATE partitions t SET trimmed = mark, trimmed_bytes = mark_bytes WHERE t.number = p;
  RETURN mark - tail.trimmed;
END
$$;

-- Forgets ids that are out of the window, a slice of them; answers how many positions that were.
-- Where another process is at it, nothing.
CREATE FUNCTION forget_ids(p integer, age interval, most bigint, slice bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = "${flyway:defaultSchema}", pg_temp SET enable_seqscan = off SET jit = off
AS $$
DECLARE
  tail partitions%ROWTYPE;
  mark bigint;
  old record;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext(current_schema() || '.forget_ids'), p) THEN
    RETURN 0;
  END IF;
  SELECT * INTO STRICT tail FROM partitions t WHERE t.number = p;
  mark := greatest(
    position_before(p, tail.forgotten, tail.last, clock() - age, NULL), tail.last - most);
  mark := least(mark, tail.forgotten + slice);
  IF mark <= tail.forgotten THEN
    RETURN 0;
  END IF;
  FOR old IN
    SELECT e.position, e.source, e.id FROM events e
    WHERE e.partition = p AND e.position > tail.forgotten AND e.position <= mark
  LOOP
    DELETE FROM recent_ids r
    WHERE r.partition = p AND r.source = old.source AND r.id = old.id AND r.position = old.position;
  END LOOP;
  UPDATE partitions t SET forgotten = mark WHERE t.number = p;
  RETURN mark - tail.forgotten;
END
$$;
