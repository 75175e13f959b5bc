-- KEYS cursor, floors, stream, groups   ARGV subscription, group
redis.call('DEL', KEYS[1])
redis.call('HDEL', KEYS[2], ARGV[1])
if redis.call('SREM', KEYS[4], ARGV[2]) == 1 then
  redis.pcall('XGROUP', 'DESTROY', KEYS[3], ARGV[2])
end
return 1
