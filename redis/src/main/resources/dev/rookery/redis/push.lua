-- KEYS tail   ARGV epoch, id of the expected end, whether the entries go on from it, most entries,
--      number of entries; of each: id, number of texts, names and values, the epoch first
-- Answers where the tail ends: epoch, id, whether it began anew.
local key, epoch = KEYS[1], tonumber(ARGV[1])
local last = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]
local theirs = last and last[2][1] == 'epoch' and tonumber(last[2][2]) or -1
if theirs > epoch or (theirs == epoch and last[1] ~= ARGV[2]) then
  return {last[2][2], last[1], 0}
end
local began = (theirs ~= epoch or ARGV[3] == '0') and 1 or 0
if began == 1 then
  redis.call('DEL', key)
end
local at, id = 6, nil
for i = 1, tonumber(ARGV[5]) do
  local texts = tonumber(ARGV[at + 1])
  id = ARGV[at]
  local added = redis.pcall('XADD', key, id, unpack(ARGV, at + 2, at + 1 + texts))
  if type(added) == 'table' then
    -- Somebody removed what came after the end that is left
    redis.call('DEL', key)
    redis.call('XADD', key, id, unpack(ARGV, at + 2, at + 1 + texts))
    began = 1
  end
  at = at + 2 + texts
end
redis.call('XTRIM', key, 'MAXLEN', '~', ARGV[4])
return {ARGV[1], id, began}
