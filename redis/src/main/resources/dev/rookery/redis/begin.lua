-- KEYS cursor, floors, stream, groups   ARGV subscription, group, floor, ordinal, JSON; empty: only look
-- Makes a cursor where there is none.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 'there'
end
if isOthers(KEYS[3], KEYS[4], ARGV[2]) then
  return 'taken'
end
if ARGV[5] ~= '' then
  place(KEYS[1], KEYS[2], ARGV[1], ARGV[3], ARGV[4], ARGV[5])
  redis.call('HSET', KEYS[1], 'owner', '', 'epoch', 0, 'renewals', 0, 'ttl', 0, 'clean', 1)
  redis.call('SADD', KEYS[4], ARGV[2])
  show(KEYS[3], KEYS[4], ARGV[2], ARGV[3], ARGV[4])
end
return 'made'
