-- KEYS cursor, floors, stream, groups   ARGV subscription, group, floor, ordinal, JSON; empty: only look
--      where the group of others is taken over: its last id given, how many it has pending, as seen
-- Makes a cursor where there is none.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 'there'
end
local others = isOthers(KEYS[3], KEYS[4], ARGV[2])
if others and not ARGV[6] then
  return 'taken'
end
if others then
  local found = group(KEYS[3], ARGV[2])
  if found['last-delivered-id'] ~= ARGV[6] or tostring(found['pending']) ~= ARGV[7] then
    return 'moved'
  end
  redis.call('XGROUP', 'DESTROY', KEYS[3], ARGV[2])
end
if ARGV[5] ~= '' then
  place(KEYS[1], KEYS[2], ARGV[1], ARGV[3], ARGV[4], ARGV[5])
  redis.call('HSET', KEYS[1], 'owner', '', 'epoch', 0, 'renewals', 0, 'ttl', 0, 'clean', 1)
  redis.call('SADD', KEYS[4], ARGV[2])
  show(KEYS[3], KEYS[4], ARGV[2], ARGV[3], ARGV[4])
end
return 'made'
