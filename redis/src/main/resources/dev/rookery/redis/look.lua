-- KEYS stream, meta
local tail = look(KEYS[1], KEYS[2])
return {
  tostring(tail.added), tostring(tail.length), tail.first, tail.last, tail.trimmed, tail.taken,
  tostring(tail.lost)
}
