-- KEYS[1]: where the value lies, behind its version and a colon. ARGV: the version that was seen.
-- Answers whether it was there and is gone now.
local head = redis.call('GETRANGE', KEYS[1], 0, 19)
if string.match(head, '^(%d+):') ~= ARGV[1] then
    return 0
end
return redis.call('DEL', KEYS[1])
