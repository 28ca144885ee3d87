const MOST = 20;

/** Unix time in milliseconds at which a request ended; now, for one that is under way. */
export const endOf = ({ at, durationMs }) => (durationMs === undefined ? Date.now() : at + durationMs);

/** Whether two requests belong together: they are of one trace or of one session, and were under way at the same time. */
export function isRelated(one, other) {
  const isSame = (field) => one[field] !== undefined && one[field] === other[field];
  if (one === other || !(isSame("traceId") || isSame("session"))) return false;
  return one.at <= endOf(other) && other.at <= endOf(one);
}

/** The requests that belong to this one, in the order in which they came: its client's replies, and what other instances did. */
export const relatedTo = (request, all) =>
  all
    .filter((other) => isRelated(other, request))
    .sort((one, other) => one.at - other.at)
    .slice(0, MOST);
