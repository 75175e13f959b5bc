-- KEYS stream   ARGV after, up to, most
-- Answers how many entries there are, and the last of them.
local entries = redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], ARGV[2], 'COUNT', ARGV[3])
return {#entries, #entries > 0 and entries[#entries][1] or ARGV[2]}
