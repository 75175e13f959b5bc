-- A cursor is a hash: floor, ordinal, cursor (JSON), owner, epoch, renewals, ttl, clean.

-- Whether a claim is still held; an epoch is never given twice, not for a removed subscription either.
local function held(cursor, owner, epoch)
  local found = redis.call('HMGET', cursor, 'owner', 'epoch')
  return owner ~= '' and found[1] == owner and found[2] == epoch
end

local function nextEpoch(meta)
  return redis.call('HINCRBY', meta, 'epochs', 1)
end

local function place(cursor, floors, name, floor, ordinal, json)
  redis.call('HSET', cursor, 'floor', floor, 'ordinal', ordinal, 'cursor', json)
  redis.call('HSET', floors, name, floor)
end

-- The group that shows a subscription to the tools of Redis. One that others made is left alone.
local function group(stream, name)
  if redis.call('EXISTS', stream) == 1 then
    for _, each in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
      local fields = {}
      for i = 1, #each, 2 do
        fields[each[i]] = each[i + 1]
      end
      if fields['name'] == name then
        return fields
      end
    end
  end
  return nil
end

local function isOthers(stream, groups, name)
  return redis.call('SISMEMBER', groups, name) == 0 and group(stream, name) ~= nil
end

local function show(stream, groups, group, floor, ordinal)
  if redis.call('SISMEMBER', groups, group) == 0 then
    return
  end
  local moved = redis.pcall('XGROUP', 'SETID', stream, group, floor, 'ENTRIESREAD', ordinal)
  if type(moved) == 'table' and moved.err then
    redis.pcall('XGROUP', 'CREATE', stream, group, floor, 'MKSTREAM', 'ENTRIESREAD', ordinal)
  end
end
