-- The names and values of an answer such as XINFO's.
local function named(answer)
  local fields = {}
  for i = 1, #answer, 2 do
    fields[answer[i]] = answer[i + 1]
  end
  return fields
end

-- What stands in a stream, and what has gone from it. `gone` counts the entries removed, `trimmed` is
-- the id up to which they were: both are kept beside the stream, so that what others remove is
-- noticed, and so is another stream in the place of the one that was.
local function look(stream, meta)
  local known = redis.call('HMGET', meta, 'trimmed', 'gone', 'taken', 'lost')
  local tail = {
    added = 0, length = 0, first = NONE, last = NONE,
    trimmed = known[1] or NONE, gone = tonumber(known[2] or '0'),
    taken = known[3] or NONE, lost = tonumber(known[4] or '0')
  }
  if redis.call('EXISTS', stream) == 0 then
    return tail
  end
  local info = named(redis.call('XINFO', 'STREAM', stream))
  tail.added = info['entries-added']
  tail.length = info['length']
  tail.last = info['last-generated-id']
  if tail.length > 0 then
    tail.first = info['first-entry'][1]
  end
  local gone = tail.added - tail.length
  if known[1] and gone == tail.gone then
    return tail
  end
  local edge = tail.length > 0 and below(tail.first) or tail.last
  if known[1] and gone > tail.gone then
    tail.lost = tail.lost + gone - tail.gone
    tail.taken = edge
    tail.trimmed = before(tail.trimmed, edge) and edge or tail.trimmed
  else
    tail.trimmed = gone > 0 and edge or NONE
    tail.taken = NONE
    tail.lost = 0
  end
  tail.gone = gone
  redis.call('HSET', meta, 'trimmed', tail.trimmed, 'gone', tail.gone, 'taken', tail.taken, 'lost', tail.lost)
  return tail
end
