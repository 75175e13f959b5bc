-- The server's clock, in milliseconds, and the id that an entry of this moment asks for.
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function stamp()
  return '*'
end
