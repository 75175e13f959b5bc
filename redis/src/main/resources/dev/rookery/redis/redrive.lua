-- KEYS letters   ARGV ids
local marked = 0
for _, id in ipairs(ARGV) do
  local found = redis.call('HMGET', letterKey(id), 'subscription', 'position')
  if found[1] then
    redriven(id, found[1], found[2])
    marked = marked + 1
  end
end
return marked
