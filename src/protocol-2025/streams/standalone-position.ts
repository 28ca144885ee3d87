/** How far a session's standalone stream has come in the two logs that feed it. */
export interface StandalonePosition {
  /** Number of the last event of the session's own log. */
  readonly notifications: number;
  /** Number of the last entry in the log of change events. */
  readonly changes: number;
  /** How many events of the entry after that have been sent. */
  readonly sent: number;
}

/** The id of the event after which the stream is at `position`. */
export const toStandaloneEventId = ({ notifications, changes, sent }: StandalonePosition): string =>
  `standalone-${notifications}-${changes}-${sent}`;

/** Undefined for an id that `toStandaloneEventId` did not make. */
export function parseStandaloneEventId(id: string): StandalonePosition | undefined {
  const [, ...numbers] = /^standalone-(\d{1,16})-(\d{1,16})-(\d{1,5})$/.exec(id) ?? [];
  if (numbers.length === 0) return undefined;
  const [notifications = 0, changes = 0, sent = 0] = numbers.map(Number);
  return { notifications, changes, sent };
}
