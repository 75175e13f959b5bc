-- KEYS letters, cursor (none: no claim)   ARGV owner, epoch; eight texts of each letter
if KEYS[2] and not held(KEYS[2], ARGV[1], ARGV[2]) then
  return 0
end
for i = 3, #ARGV, 8 do
  put(unpack(ARGV, i, i + 7))
end
return 1
