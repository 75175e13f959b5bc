-- KEYS cursor, floors, stream, groups, meta   ARGV subscription, group, floor, ordinal, JSON
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('HSET', KEYS[1], 'renewals', 0, 'ttl', 0, 'clean', 1)
  if not isOthers(KEYS[3], KEYS[4], ARGV[2]) then
    redis.call('SADD', KEYS[4], ARGV[2])
  end
end
place(KEYS[1], KEYS[2], ARGV[1], ARGV[3], ARGV[4], ARGV[5])
redis.call('HSET', KEYS[1], 'owner', '', 'epoch', nextEpoch(KEYS[5]))
show(KEYS[3], KEYS[4], ARGV[2], ARGV[3], ARGV[4])
return 1
