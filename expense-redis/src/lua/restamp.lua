-- KEYS: when something was taken from a bucket, in microseconds.
-- ARGV: the token that took it; the period in microseconds.
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000000 + time[2])
if redis.call('ZADD', KEYS[1], 'XX', 'CH', now, ARGV[1]) == 1 then
    redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.max(1, math.ceil(ARGV[2] / 500))))
end
