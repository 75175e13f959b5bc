-- KEYS cursor, meta   ARGV owner, ttl, epoch and renewals that the challenger saw (empty: none)
-- Answers epoch, renewals, and whether the former owner gave it back.
local found = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'renewals', 'clean')
if not found[1] then
  return false
end
local stoodStill = found[2] == ARGV[3] and found[3] == ARGV[4]
if found[1] ~= '' and found[1] ~= ARGV[1] and not stoodStill then
  return false
end
local epoch = nextEpoch(KEYS[2])
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'epoch', epoch, 'ttl', ARGV[2], 'clean', 0)
return {tostring(epoch), found[3], found[4]}
