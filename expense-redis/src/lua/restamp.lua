-- KEYS: when something was taken from a bucket, in microseconds.
-- ARGV: the token that took it; for how many milliseconds it is kept.
local since = redis.call('ZSCORE', KEYS[1], ARGV[1])
-- At zero are those that were refused.
if since and tonumber(since) > 0 then
    local time = redis.call('TIME')
    redis.call('ZADD', KEYS[1], 'XX', time[1] * 1000000 + time[2], ARGV[1])
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
