-- KEYS: the refused tokens of a bucket, each with when it asked and how long it was to wait;
--       when something was taken from it, in microseconds, each under its token if it has one.
-- ARGV: the burst; the period in microseconds; when it is asked for, empty for now; the token,
--       empty for none; how many refused tokens are remembered.
-- Answers with the microseconds to wait, or -1 when it is allowed.
local refused, taken = KEYS[1], KEYS[2]
local burst, period = tonumber(ARGV[1]), tonumber(ARGV[2])
local token = ARGV[4]
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
-- A sender's clock that runs ahead must not reserve the future.
local at = math.min(tonumber(ARGV[3]) or now, now)

local function whole(number)
    return string.format('%.0f', number)
end

local function keep(key)
    redis.call('PEXPIRE', key, whole(math.max(1, math.ceil(period / 500))))
end

-- What the token was told within the last period.
local function told()
    if token == '' then
        return nil
    end
    local since = redis.call('ZSCORE', taken, token)
    if since and at < since + period then
        return -1
    end
    local asked, wait = string.match(redis.call('HGET', refused, token) or '', '^(%d+) (%d+)$')
    return asked and at < asked + period and tonumber(wait) or nil
end

-- The first instant from this one on when one more fits. Each group of `burst` takes forbids the
-- instants less than a period away from its far end; what is over a period old forbids nothing.
local function first_free(instant, newest)
    -- In order, as most come, only the take that is a burst ago can be in the way.
    if not newest or instant >= newest then
        local past = tonumber(redis.call('ZREVRANGE', taken, burst - 1, burst - 1, 'WITHSCORES')[2])
        return past and math.max(instant, past + period) or instant
    end
    local newer = redis.call('ZRANGEBYSCORE', taken, '(' .. whole(instant - period), '+inf', 'WITHSCORES')
    local free = instant
    for i = 2, #newer - 2 * (burst - 1), 2 do
        local first, last = tonumber(newer[i]), tonumber(newer[i + 2 * (burst - 1)])
        if last - period < free and free < first + period then
            free = first + period
        end
    end
    return free
end

-- Adds without moving what is there under the same name.
local function add(name, instant)
    local unique, n = name, 0
    while redis.call('ZADD', taken, 'NX', whole(instant), unique) == 0 do
        n = n + 1
        unique = name .. ' ' .. n
    end
end

local function count(instant, newest)
    local earlier = token ~= '' and redis.call('ZSCORE', taken, token)
    if earlier then
        redis.call('ZREM', taken, token)
        add('at ' .. whole(now), earlier)
    end
    add(token ~= '' and token or 'at ' .. whole(now), instant)
    redis.call('ZREMRANGEBYSCORE', taken, '-inf', whole(math.max(instant, newest) - 2 * period))
    keep(taken)
end

-- Nobody fills the memory by asking without end: the oldest goes first.
local function remember(wait)
    if redis.call('HLEN', refused) >= tonumber(ARGV[5]) then
        local oldest, when
        local all = redis.call('HGETALL', refused)
        for i = 1, #all, 2 do
            local asked = tonumber(string.match(all[i + 1], '^%d+'))
            if not when or asked < when then
                oldest, when = all[i], asked
            end
        end
        redis.call('HDEL', refused, oldest)
    end
    redis.call('HSET', refused, token, whole(at) .. ' ' .. whole(wait))
    keep(refused)
end

local before = told()
if before then
    return before
end
local newest = tonumber(redis.call('ZREVRANGE', taken, 0, 0, 'WITHSCORES')[2])
-- What is older than a period before the newest counts as of then.
local counted = newest and math.max(at, newest - period) or at
local free = first_free(counted, newest)
if free == counted then
    count(counted, newest or counted)
    return -1
end
if token ~= '' then
    remember(free - at)
end
return free - at
