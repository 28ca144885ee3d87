/** A program that Redis runs as one step (https://redis.io/docs/latest/develop/programmability/eval-intro/). */
interface Script {
  readonly text: string;
  /** Hash of the text, by which a server that has seen it knows it. */
  readonly sha1: string;
}

function script(text: string): Script {
  const { createHash } = process.getBuiltinModule("node:crypto");
  return { text, sha1: createHash("sha1").update(text).digest("hex") };
}

/** Seconds that something stays after it has expired, because clocks differ. */
const KEPT_SECONDS = 3_600;
/** Expired items that a write removes: more than it adds. */
const MOST_REMOVED = 10;

/**
 * A partition is a hash of its items by sort key (KEYS[1]), and two sorted sets of their sort keys: in order (KEYS[2]), and by
 * expiry (KEYS[3]). An item is the text `version expiresAt value`. ARGV[1] is the time in milliseconds.
 */
const COMMON = `
local now = tonumber(ARGV[1])
local function live(sort)
  local found = redis.call('HGET', KEYS[1], sort)
  if not found then return nil end
  local version, expiresAt = string.match(found, '^(%d+) (%d+) ')
  if tonumber(expiresAt) * 1000 <= now then return nil end
  return version, found
end
local function keep(sort, version, expiresAt, value, channel)
  redis.call('HSET', KEYS[1], sort, version .. ' ' .. expiresAt .. ' ' .. value)
  redis.call('ZADD', KEYS[2], 0, sort)
  redis.call('ZADD', KEYS[3], expiresAt, sort)
  local before = string.format('%.0f', now / 1000 - ${KEPT_SECONDS})
  for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', before, 'LIMIT', 0, ${MOST_REMOVED})) do
    redis.call('HDEL', KEYS[1], gone)
    redis.call('ZREM', KEYS[2], gone)
    redis.call('ZREM', KEYS[3], gone)
  end
  local last = redis.call('ZRANGE', KEYS[3], -1, -1, 'WITHSCORES')[2]
  if last then
    for _, key in ipairs(KEYS) do
      redis.call('EXPIREAT', key, string.format('%.0f', tonumber(last) + ${KEPT_SECONDS}))
    end
  end
  redis.call('PUBLISH', channel, sort)
end
`;

/**
 * ARGV: time, sort key, version, expiry, value, channel, condition (`any`, `absent`, or a version). Gives back 1, or 0 for a
 * conflict.
 */
const PUT: Script = script(`${COMMON}
local version = live(ARGV[2])
local when = ARGV[7]
if when == 'absent' and version or when ~= 'absent' and when ~= 'any' and version ~= when then return 0 end
keep(ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6])
return 1
`);

/** ARGV: time, sort key, version, expiry, amount, channel. Gives back the sum, as text. */
const ADD: Script = script(`${COMMON}
local sum = tonumber(ARGV[5])
local _, found = live(ARGV[2])
if found then sum = sum + tonumber(string.match(found, '^%d+ %d+ (.*)$')) end
local value = string.format('%.0f', sum)
keep(ARGV[2], ARGV[3], ARGV[4], value, ARGV[6])
return value
`);

/** ARGV: time, sort key. */
const DELETE: Script = script(`
redis.call('HDEL', KEYS[1], ARGV[2])
redis.call('ZREM', KEYS[2], ARGV[2])
redis.call('ZREM', KEYS[3], ARGV[2])
return 1
`);

/** Names of items that are looked at together, and bytes after which an answer is long enough. */
const PAGE = 100;
const MOST_BYTES = 1_000_000;

/**
 * ARGV: time, lower and upper bound as of ZRANGEBYLEX, `1` for the last ones first, limit. Gives back sort keys and items in
 * turn, and the sort key behind which there may be more, or an empty text.
 */
const LIST: Script = script(`${COMMON}
local from, to, isReverse, limit = ARGV[2], ARGV[3], ARGV[4] == '1', tonumber(ARGV[5])
local items, bytes = {}, 0
while true do
  local page
  if isReverse then page = redis.call('ZREVRANGEBYLEX', KEYS[2], to, from, 'LIMIT', 0, ${PAGE})
  else page = redis.call('ZRANGEBYLEX', KEYS[2], from, to, 'LIMIT', 0, ${PAGE}) end
  for _, sort in ipairs(page) do
    local version, found = live(sort)
    if version then
      items[#items + 1] = sort
      items[#items + 1] = found
      bytes = bytes + #found
      if #items >= 2 * limit then return { items, '' } end
      if bytes >= ${MOST_BYTES} then return { items, sort } end
    end
  end
  if #page < ${PAGE} then return { items, '' } end
  if isReverse then to = '(' .. page[#page] else from = '(' .. page[#page] end
end
`);

export type ScriptName = "put" | "add" | "delete" | "list";

export const SCRIPTS: Readonly<Record<ScriptName, Script>> = { put: PUT, add: ADD, delete: DELETE, list: LIST };
