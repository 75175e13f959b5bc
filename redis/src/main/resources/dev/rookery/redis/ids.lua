-- Ids of entries, "milliseconds-sequence". They are compared as texts: a number in Lua has 53 bits.
local NONE = '0-0'

local function parts(id)
  local dash = string.find(id, '-', 1, true)
  return string.sub(id, 1, dash - 1), string.sub(id, dash + 1)
end

local function smaller(a, b)
  if #a ~= #b then
    return #a < #b
  end
  return a < b
end

local function before(a, b)
  local high, low = parts(a)
  local otherHigh, otherLow = parts(b)
  if high ~= otherHigh then
    return smaller(high, otherHigh)
  end
  return smaller(low, otherLow)
end

-- The id right before one that an entry has.
local function below(id)
  local high, low = parts(id)
  if low ~= '0' then
    return string.format('%s-%.0f', high, tonumber(low) - 1)
  end
  return string.format('%.0f-9223372036854775807', tonumber(high) - 1)
end
