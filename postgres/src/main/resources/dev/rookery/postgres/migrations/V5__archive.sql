-- Pieces of archives, of this log or of another.
CREATE TABLE pieces (
  name  text COLLATE "C" PRIMARY KEY,
  bytes bytea NOT NULL
);

-- They are compressed already.
ALTER TABLE pieces ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- As before; and what a keeper's cursor has passed may go although others have not passed it.
DROP FUNCTION trim_partition(integer, text, interval, bigint);

CREATE FUNCTION trim_partition(p integer, a_name text, age interval, keep bigint,
                               keeper text DEFAULT NULL)
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
  SELECT least(mark, coalesce(
      greatest(min(c.floor), max(c.floor) FILTER (WHERE c.subscription = keeper)), mark))
    INTO mark FROM cursors c WHERE c.partition = a_name;
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
