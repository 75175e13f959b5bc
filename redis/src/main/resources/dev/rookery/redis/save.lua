-- KEYS cursor, floors, stream, groups   ARGV owner, epoch, subscription, group, floor, ordinal, JSON
if not held(KEYS[1], ARGV[1], ARGV[2]) then
  return 0
end
place(KEYS[1], KEYS[2], ARGV[3], ARGV[5], ARGV[6], ARGV[7])
show(KEYS[3], KEYS[4], ARGV[4], ARGV[5], ARGV[6])
return 1
