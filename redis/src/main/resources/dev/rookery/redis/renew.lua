-- KEYS cursor   ARGV owner, epoch
if not held(KEYS[1], ARGV[1], ARGV[2]) then
  return false
end
return redis.call('HINCRBY', KEYS[1], 'renewals', 1)
