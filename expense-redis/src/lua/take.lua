-- Several takes, one after the other.
-- KEYS of each: the refused tokens of a bucket, each with when it asked and how long it was to wait;
--       when something was taken from it, in microseconds, each under its token if it has one.
--       Refused tokens stand there, too, at zero: what is new is known by one look.
-- ARGV of each: the burst; the period in microseconds; when it is asked for, empty for now; the
--       token, empty for none; how many refused tokens are remembered; for how many milliseconds all
--       of it is kept.
-- Answers for each with the microseconds to wait, or -1 when it is allowed.
local call = redis.call
local time = call('TIME')
local now = time[1] * 1000000 + time[2]

-- What is asked for now, and what is known of it.
local refused, taken, burst, period, token, remembered, kept
local at, name, newest, counted

-- What the token was told within the last period.
local function told()
    if token == '' then
        return nil
    end
    local since = tonumber(call('ZSCORE', taken, token) or 0)
    if since > 0 and at < since + period then
        return -1
    end
    local asked, wait = string.match(call('HGET', refused, token) or '', '^(%d+) (%d+)$')
    return asked and at < asked + period and tonumber(wait) or nil
end

-- The first instant from this one on when one more fits. Each group of `burst` takes of one period
-- forbids the instants less than a period away from its far end.
local function first_free(instant)
    -- In order, as most come, only the take that is a burst ago can be in the way.
    if not newest or instant >= newest then
        local past = tonumber(call('ZREVRANGE', taken, burst - 1, burst - 1, 'WITHSCORES')[2])
        return past and past > 0 and math.max(instant, past + period) or instant
    end
    local newer = call('ZRANGEBYSCORE', taken, math.max(1, instant - period + 1), '+inf', 'WITHSCORES')
    local free = instant
    for i = 2, #newer - 2 * (burst - 1), 2 do
        local first, last = tonumber(newer[i]), tonumber(newer[i + 2 * (burst - 1)])
        if last - first < period and last - period < free and free < first + period then
            free = first + period
        end
    end
    return free
end

-- Adds without moving what is there under the same name.
local function add(wanted, instant)
    local unique, n = wanted, 0
    while call('ZADD', taken, 'NX', instant, unique) == 0 do
        n = n + 1
        unique = wanted .. ' ' .. n
    end
end

-- What the token took or was refused over a period ago is not its own any more.
local function free_name()
    local earlier = token ~= '' and tonumber(call('ZSCORE', taken, token) or nil)
    if earlier then
        call('ZREM', taken, token)
        call('HDEL', refused, token)
        if earlier > 0 then
            add(string.format('at %.0f', now), earlier)
        end
    end
end

local function count()
    free_name()
    add(name, counted)
    call('ZREMRANGEBYSCORE', taken, 1, math.max(counted, newest or counted) - 2 * period)
    call('PEXPIRE', taken, kept)
end

-- Nobody fills the memory by asking without end: the oldest goes first.
local function forget_oldest()
    local oldest, when
    local all = call('HGETALL', refused)
    for i = 1, #all, 2 do
        local asked = tonumber(string.match(all[i + 1], '^%d+'))
        if not when or asked < when then
            oldest, when = all[i], asked
        end
    end
    call('HDEL', refused, oldest)
    if tonumber(call('ZSCORE', taken, oldest) or nil) == 0 then
        call('ZREM', taken, oldest)
    end
end

local function remember(wait)
    free_name()
    local known = call('HLEN', refused)
    if known == 0 then
        -- Those that stand among the taken were forgotten all together.
        call('ZREMRANGEBYSCORE', taken, 0, 0)
    elseif known >= remembered then
        forget_oldest()
    end
    call('HSET', refused, token, string.format('%.0f %.0f', at, wait))
    call('ZADD', taken, 'NX', 0, token)
    call('PEXPIRE', refused, kept)
end

-- Most are new, of this period, and within the burst however those around them lie. What is newer
-- than now is not looked for: a server that takes over and whose clock is periods behind may let
-- as many as a burst pass once more.
local function is_plain(score)
    if at <= now - period or call('ZADD', taken, 'NX', score, name) == 0 then
        return false
    end
    if call('ZCARD', taken) <= burst or call('ZCOUNT', taken, at - period + 1, '+inf') <= burst then
        -- Now and then is enough for those who never stop; what rests goes as a whole.
        if time[2] % 8 == 0 then
            call('ZREMRANGEBYSCORE', taken, 1, at - 2 * period)
        end
        call('PEXPIRE', taken, kept)
        return true
    end
    call('ZREM', taken, name)
    return false
end

local function take(asked)
    -- A sender's clock that runs ahead must not reserve the future.
    at = math.min(tonumber(asked) or now, now)
    name = token ~= '' and token or string.format('at %.0f', now)
    -- As it was given it is quicker to pass on.
    if is_plain(at < now and asked or string.format('%.0f', at)) then
        return -1
    end
    newest = tonumber(call('ZREVRANGE', taken, 0, 0, 'WITHSCORES')[2])
    newest = newest and newest > 0 and newest or nil
    -- What is older than a period before the newest counts as of then.
    counted = newest and math.max(at, newest - period) or at
    local answered = told()
    if answered then
        return answered
    end
    local free = first_free(counted)
    if free == counted then
        count()
        return -1
    end
    if token ~= '' then
        remember(free - at)
    end
    return free - at
end

local answers = {}
for n = 1, #KEYS / 2 do
    local first = 6 * (n - 1)
    refused, taken = KEYS[2 * n - 1], KEYS[2 * n]
    burst, period = tonumber(ARGV[first + 1]), tonumber(ARGV[first + 2])
    token, remembered, kept = ARGV[first + 4], tonumber(ARGV[first + 5]), ARGV[first + 6]
    answers[n] = take(ARGV[first + 3])
end
return answers
