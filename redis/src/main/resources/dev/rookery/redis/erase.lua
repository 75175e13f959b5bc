-- KEYS stream, copy, ids   ARGV token, key, begin or add or copy, then ids, or how many at most
-- An entry cannot be changed, so the stream is copied, slice by slice, with what is left of the erased
-- in their places; the last slice puts the copy into the stream's place, with its counters, its groups
-- and what they have pending. Whoever begins takes over from another who is at it.
-- Answers 1 when that is done, 0 when there is more to do, -1 when it is to be begun anew.
local stream, copy, ids = KEYS[1], KEYS[2], KEYS[3]
local owner = 'by ' .. ARGV[1]
if ARGV[3] == 'begin' then
  redis.call('DEL', copy, ids)
  redis.call('SADD', ids, owner)
elseif redis.call('SISMEMBER', ids, owner) == 0 then
  return -1
end
if ARGV[3] ~= 'copy' then
  for i = 4, #ARGV do
    redis.call('SADD', ids, ARGV[i])
  end
  return 0
end

local stays = {
  id = 1, type = 1, source = 1, correlation_id = 1, causation_id = 1, timestamp = 1, version = 1, hops = 1
}
local function left(fields)
  local kept = {}
  for i = 1, #fields, 2 do
    if stays[fields[i]] then
      table.insert(kept, fields[i])
      table.insert(kept, fields[i + 1])
    end
  end
  for _, each in ipairs({'data', '{}', 'key', ARGV[2], 'ce_erased', 'true'}) do
    table.insert(kept, each)
  end
  return kept
end

local last = redis.call('XREVRANGE', copy, '+', '-', 'COUNT', 1)[1]
local most = tonumber(ARGV[4])
local entries = redis.call('XRANGE', stream, last and '(' .. last[1] or '-', '+', 'COUNT', most)
for _, entry in ipairs(entries) do
  local fields = entry[2]
  if redis.call('SISMEMBER', ids, entry[1]) == 1 then
    fields = left(fields)
  end
  redis.call('XADD', copy, entry[1], unpack(fields))
end
if #entries == most then
  return 0
end

local first = redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)[1]
if not first then
  redis.call('DEL', copy, ids)
  return 1
end
redis.call('XTRIM', copy, 'MINID', '=', first[1])
if redis.call('XLEN', copy) ~= redis.call('XLEN', stream) then
  redis.call('DEL', copy, ids)
  return -1
end
local info = named(redis.call('XINFO', 'STREAM', stream))
for _, each in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
  local group = named(each)
  local name = group['name']
  if group['entries-read'] then
    redis.call('XGROUP', 'CREATE', copy, name, group['last-delivered-id'], 'ENTRIESREAD', group['entries-read'])
  else
    redis.call('XGROUP', 'CREATE', copy, name, group['last-delivered-id'])
  end
  local from = '-'
  while true do
    local pending = redis.call('XPENDING', stream, name, from, '+', 1000)
    for _, one in ipairs(pending) do
      redis.call('XCLAIM', copy, name, one[2], 0, one[1], 'IDLE', one[3], 'RETRYCOUNT', one[4], 'FORCE', 'JUSTID')
      from = '(' .. one[1]
    end
    if #pending < 1000 then
      break
    end
  end
end
redis.call('XSETID', copy, info['last-generated-id'], 'ENTRIESADDED', info['entries-added'],
  'MAXDELETEDID', info['max-deleted-entry-id'])
redis.call('RENAME', copy, stream)
redis.call('DEL', ids)
return 1
