-- KEYS letters   ARGV order, least, greatest, most, bytes before the id
-- Answers of each letter whether somebody asked for it again, and its JSON.
local picked = {}
local found = redis.call('ZRANGEBYLEX', prefix .. ARGV[1], ARGV[2], ARGV[3], 'LIMIT', 0, ARGV[4])
for _, member in ipairs(found) do
  local letter = redis.call('HMGET', letterKey(string.sub(member, ARGV[5] + 1)), 'redriving', 'letter')
  picked[#picked + 1] = letter[1]
  picked[#picked + 1] = letter[2]
end
return picked
