-- KEYS cursor   ARGV owner, epoch, whether its cursor was saved
if held(KEYS[1], ARGV[1], ARGV[2]) then
  redis.call('HSET', KEYS[1], 'owner', '', 'clean', ARGV[3])
end
return 1
