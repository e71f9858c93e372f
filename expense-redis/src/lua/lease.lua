-- KEYS: the last fence; who holds the lease, behind its fence and a colon.
-- ARGV: who takes it; for how many milliseconds.
-- Answers with the fence, or nothing while somebody else holds it.
local held = redis.call('GET', KEYS[2])
if held then
    local fence, holder = string.match(held, '^(%d+):(.*)$')
    if holder ~= ARGV[1] then
        return false
    end
    redis.call('PEXPIRE', KEYS[2], ARGV[2])
    return fence
end
-- The time rises by itself; the last fence, kept for a week, guards against a clock set back.
local time = redis.call('TIME')
local last = tonumber(redis.call('GET', KEYS[1]) or 0)
local fence = string.format('%.0f', math.max(time[1] * 1000000 + time[2], last + 1))
redis.call('SET', KEYS[1], fence, 'EX', 604800)
redis.call('SET', KEYS[2], fence .. ':' .. ARGV[1], 'PX', ARGV[2])
return fence
