-- KEYS letters, cursor (none: no claim)   ARGV owner, epoch, ids
-- Answers how many were there, or -1 where the claim is over.
if KEYS[2] and not held(KEYS[2], ARGV[1], ARGV[2]) then
  return -1
end
local dropped = 0
for i = 3, #ARGV do
  dropped = dropped + drop(ARGV[i])
end
return dropped
