-- KEYS[1]: where the value lies, behind its version and a colon.
-- ARGV: the version that was seen, empty for none; the milliseconds to live; the value.
-- Answers with the new version, or nothing when another was there than the one seen.
local head = redis.call('GETRANGE', KEYS[1], 0, 19)
local present = string.match(head, '^(%d+):')
if head ~= '' and not present then
    return redis.error_reply('CORRUPT not a value with a version')
end
if (present or '') ~= ARGV[1] then
    return false
end
-- The time rises by itself, also over what has expired or was flushed.
local time = redis.call('TIME')
local version = time[1] * 1000000 + time[2]
if present and tonumber(present) >= version then
    version = tonumber(present) + 1
end
version = string.format('%.0f', version)
redis.call('SET', KEYS[1], version .. ':' .. ARGV[3], 'PX', ARGV[2])
return version
