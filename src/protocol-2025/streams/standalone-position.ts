/** How far a session's standalone stream has come in the two logs that feed it. */
export interface StandalonePosition {
  /** Counts the GETs without Last-Event-ID. One that resumes an earlier stream than the newest is not let in again. */
  readonly opening: number;
  /** Number of the last entry in the session's own log that was sent whole. */
  readonly notifications: number;
  /** How many notifications of the entry after that have been sent. */
  readonly sentNotifications: number;
  /** Number of the last entry in the log of change events that was sent whole. */
  readonly changes: number;
  /** How many events of the entry after that have been sent. */
  readonly sent: number;
}

/** The same position, where the logs reach as far: one that expired has begun again with lower numbers. */
export const withinLogs = (
  position: StandalonePosition,
  lastNotification: number,
  lastChange: number,
): StandalonePosition => ({
  ...position,
  ...(position.notifications > lastNotification && { notifications: 0, sentNotifications: 0 }),
  ...(position.changes > lastChange && { changes: lastChange, sent: 0 }),
});

/** The id of the event after which the stream is at `position`. */
export const toStandaloneEventId = (position: StandalonePosition): string => {
  const { opening, notifications, changes, sent, sentNotifications } = position;
  return `standalone-${[opening, notifications, changes, sent, sentNotifications].join("-")}`;
};

/** Undefined for an id that `toStandaloneEventId` did not make. */
export function parseStandaloneEventId(id: string): StandalonePosition | undefined {
  const [, ...numbers] = /^standalone-(\d{1,9})-(\d{1,16})-(\d{1,16})-(\d{1,5})-(\d{1,5})$/.exec(id) ?? [];
  if (numbers.length === 0) return undefined;
  const [opening = 0, notifications = 0, changes = 0, sent = 0, sentNotifications = 0] = numbers.map(Number);
  return { opening, notifications, changes, sent, sentNotifications };
}
