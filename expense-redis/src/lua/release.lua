-- KEYS[1]: who holds the lease, behind its fence and a colon. ARGV: who gives it back.
local held = redis.call('GET', KEYS[1])
if held and string.match(held, '^%d+:(.*)$') == ARGV[1] then
    redis.call('DEL', KEYS[1])
end
