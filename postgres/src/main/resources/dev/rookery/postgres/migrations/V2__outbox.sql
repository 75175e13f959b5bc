-- Events that are published in an application's own transaction: docs/adr/0014 says why it is so.

-- What waits to be moved to the log, in the order in which it was inserted. Whoever inserts under a
-- lock on what the key stands for has the key's events in the order of the locks.
CREATE TABLE outbox (
  number       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  since        timestamptz NOT NULL DEFAULT clock(),
  id           text COLLATE "C" NOT NULL,
  type         text COLLATE "C" NOT NULL,
  source       text COLLATE "C" NOT NULL,
  key          text COLLATE "C",      -- null: by the catalogue's rule, else the source
  time         timestamptz NOT NULL,
  nanos        smallint NOT NULL,
  correlation  text COLLATE "C",
  causation    text COLLATE "C",
  version      integer,
  content_type text NOT NULL,
  attributes   jsonb,
  data         bytea NOT NULL,
  content      bytea,                 -- a digest of what the publisher said; null: of this row
  derived      boolean NOT NULL,      -- whether the id was derived from the event being handled
  refused      text                   -- why the log will not take it; null: it waits
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

CREATE INDEX outbox_waiting ON outbox (number) WHERE refused IS NULL;

-- One row, locked by who moves events: one transaction at a time does.
CREATE TABLE sequencer (
  one boolean PRIMARY KEY DEFAULT true CHECK (one)
);
INSERT INTO sequencer DEFAULT VALUES;

-- When an outbox writer notified last, in milliseconds. No transaction holds a sequence.
CREATE SEQUENCE outbox_notified MINVALUE 0 START 0;

-- Holds that a text could be part of an event.
CREATE FUNCTION require_text(what text, value text) RETURNS void
LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF value = '' THEN
    RAISE invalid_parameter_value
      USING MESSAGE = format('the %s is empty; leave it out or give one', what);
  ELSIF octet_length(value) > 1000 THEN
    RAISE invalid_parameter_value
      USING MESSAGE = format('the %s has %s bytes; at most 1000 are taken', what, octet_length(value));
  ELSIF value ~ '[\u0001-\u001f\u007f-\u009f]' THEN
    RAISE invalid_parameter_value
      USING MESSAGE = format('the %s holds a control character', what);
  END IF;
END
$$;

-- A UUIDv7 (RFC 9562): the milliseconds, then chance, so that ids sort by time.
CREATE FUNCTION new_id() RETURNS text
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
  SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    PLACING substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
    FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid::text
$$;

-- Publishes an event as a part of the caller's transaction, and answers its id. What is wrong with it
-- that every bus would refuse is an error here; limits and schemas are looked at by who moves it.
--
-- A notification makes commits wait for each other, so there is one in twenty milliseconds at most;
-- who hears it looks again after that time.
CREATE FUNCTION publish_bytes(
  type text, data bytea, content_type text,
  id text DEFAULT NULL, source text DEFAULT session_user, key text DEFAULT NULL,
  happened timestamptz DEFAULT NULL, nanos integer DEFAULT 0,
  correlation text DEFAULT NULL, causation text DEFAULT NULL, version integer DEFAULT NULL,
  attributes jsonb DEFAULT NULL, content bytea DEFAULT NULL, derived boolean DEFAULT false)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = "${flyway:defaultSchema}", pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  given text := coalesce(id, new_id());
  millis bigint := extract(epoch FROM clock_timestamp()) * 1000;
BEGIN
  IF type IS NULL OR type !~ '^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$' THEN
    RAISE invalid_parameter_value USING MESSAGE = format(
      '%L is no type; tokens of A-Za-z0-9_- joined by dots, such as user.message.received',
      left(type, 200));
  ELSIF data IS NULL OR content_type IS NULL OR source IS NULL THEN
    RAISE invalid_parameter_value USING MESSAGE = 'an event has data, a content type and a source';
  ELSIF octet_length(data) > 16777216 THEN
    RAISE invalid_parameter_value USING MESSAGE = format(
      'the event has %s bytes; at most 16777216 are taken', octet_length(data));
  ELSIF version < 1 THEN
    RAISE invalid_parameter_value USING MESSAGE = format('the version %s is not positive', version);
  ELSIF NOT isfinite(happened) THEN
    RAISE invalid_parameter_value USING MESSAGE = 'an event happens at a time';
  ELSIF jsonb_typeof(attributes) <> 'object'
      OR jsonb_path_exists(attributes, 'strict $.* ? (@.type() != "string")', '{}', true) THEN
    RAISE invalid_parameter_value
      USING MESSAGE = 'attributes are a JSON object whose values are strings';
  END IF;
  PERFORM require_text('type', type), require_text('id', given), require_text('source', source),
    require_text('key', key), require_text('correlation', correlation),
    require_text('causation', causation), require_text('content type', content_type);
  INSERT INTO outbox (id, type, source, key, time, nanos, correlation, causation, version,
                      content_type, attributes, data, content, derived)
  VALUES (given, type, source, key, coalesce(happened, clock()), nanos, correlation, causation,
          version, content_type, attributes, data, content, derived);
  IF abs(millis - (SELECT last_value FROM outbox_notified)) >= 20 THEN
    PERFORM setval('outbox_notified', millis);
    PERFORM pg_notify('${flyway:defaultSchema}', '');
  END IF;
  RETURN given;
END
$$;

-- The same for data that is JSON text, which is kept as it is.
CREATE FUNCTION publish(
  type text, data text DEFAULT '{}',
  id text DEFAULT NULL, source text DEFAULT session_user, key text DEFAULT NULL,
  happened timestamptz DEFAULT NULL, correlation text DEFAULT NULL, causation text DEFAULT NULL,
  version integer DEFAULT NULL, attributes jsonb DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = "${flyway:defaultSchema}", pg_temp
AS $$
BEGIN
  PERFORM data::json;
  RETURN publish_bytes(type, convert_to(data, 'UTF8'), 'application/json', id, source, key, happened,
                       0, correlation, causation, version, attributes);
END
$$;

-- They write for whoever may call them.
REVOKE EXECUTE ON FUNCTION publish, publish_bytes FROM PUBLIC;
