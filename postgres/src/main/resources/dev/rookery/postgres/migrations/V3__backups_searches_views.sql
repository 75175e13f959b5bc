-- Backups that are being read: trimming goes only as far as each of them has read. One that is not
-- heard of any more holds nothing.
CREATE TABLE backups (
  backup    text COLLATE "C" NOT NULL,
  partition integer NOT NULL,
  read      bigint NOT NULL,          -- the last position that it needs no more
  until     timestamptz NOT NULL,
  PRIMARY KEY (backup, partition)
);

-- As before, and past no backup either, which is made under the same lock as a cursor.
CREATE OR REPLACE FUNCTION trim_partition(p integer, a_name text, age interval, keep bigint)
RETURNS bigint
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
  SELECT least(mark, coalesce(min(b.read), mark)) INTO mark FROM backups b
    WHERE b.partition = p AND b.until > clock();
  IF mark <= tail.trimmed THEN
    RETURN 0;
  END IF;
  SELECT e.total INTO STRICT mark_bytes FROM events e WHERE e.partition = p AND e.position = mark;
  UPDATE partitions t SET trimmed = mark, trimmed_bytes = mark_bytes WHERE t.number = p;
  RETURN mark - tail.trimmed;
END
$$;

-- Conversations and causes. An event that began its conversation is found by its id, and has no
-- cause: it costs neither index anything.
CREATE INDEX events_of_conversation ON events (correlation, position) WHERE correlation <> id;
CREATE INDEX events_of_cause ON events (causation, position) WHERE causation IS NOT NULL;

-- What follows is for people with psql; Rookery itself does not read it. docs/postgresql.md says more.

-- Bytes as text, null where they are none.
CREATE FUNCTION text_of(bytes bytea) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN convert_from(bytes, 'UTF8');
EXCEPTION WHEN data_exception THEN
  RETURN NULL;
END
$$;

-- A text in JSON, null where there is none; PostgreSQL has no character zero.
CREATE FUNCTION text_in(document text, VARIADIC path text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN replace(document, '\u0000', '\ufffd')::json #>> path;
EXCEPTION WHEN data_exception THEN
  RETURN NULL;
END
$$;

CREATE VIEW stream_view AS
SELECT p.stream, p.partition, p.last - p.trimmed AS events, p.bytes - p.trimmed_bytes AS bytes,
       p.trimmed + 1 AS first, p.last, nullif(p.stored_at, '-infinity') AS newest
FROM partitions p;

CREATE VIEW event_view AS
SELECT p.stream, p.partition, e.position, e.stored_at, e.time, e.id, e.type, e.source, e.key,
       e.correlation, e.causation, e.version, e.content_type, e.attributes,
       text_of(e.data) AS data, octet_length(e.data) AS bytes
FROM events e JOIN partitions p ON p.number = e.partition
WHERE e.position > p.trimmed;

-- A row for each partition of a subscription. Lag is what it has yet to settle, as it was saved last.
CREATE VIEW subscription_view AS
SELECT s.name, s.paused,
       (SELECT string_agg(each, ' ') FROM json_array_elements_text(s.definition::json -> 'patterns') each)
         AS patterns,
       text_in(s.definition, 'where') AS condition,
       c.partition, nullif(c.owner, '') AS owner, c.epoch, c.floor, coalesce(p.last, 0) AS last,
       greatest(0, coalesce(p.last, 0) - c.ordinal - a.settled) + d.parked AS lag,
       a.waiting, d.parked, d.dead
FROM subscriptions s
JOIN cursors c ON c.subscription = s.name
LEFT JOIN partitions p ON p.stream || '/' || p.partition = c.partition
CROSS JOIN LATERAL (
  SELECT coalesce((SELECT sum((range ->> 'count')::bigint)
                   FROM json_array_elements(c.cursor::json -> 'settled') range), 0) AS settled,
         (SELECT count(*) FROM json_object_keys(c.cursor::json -> 'waiting')) AS waiting) a
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE l.reason = 'parked') AS parked,
         count(*) FILTER (WHERE l.reason <> 'parked') AS dead
  FROM dead_letters l WHERE l.subscription = s.name AND l.partition = c.partition) d;

CREATE VIEW dead_letter_view AS
SELECT l.id, l.subscription, l.partition, l.position, l.key, l.type,
       text_in(l.letter, 'event', 'id') AS event, l.reason, l.redriving, l.attempts, l.since,
       text_in(l.letter, 'failures', '-1', 'error') AS error
FROM dead_letters l;
