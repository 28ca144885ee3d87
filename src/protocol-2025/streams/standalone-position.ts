/** How far a session's standing stream has come in the two logs that it is fed from. */
export interface StandalonePosition {
  /** Number of the last event of the session's own log. */
  readonly notifications: number;
  /** Number of the last entry of the fleet's log. */
  readonly fleet: number;
  /** How many events of that entry have been told. */
  readonly told: number;
}

/** The id of the event after which the stream is at `position`. */
export const toStandaloneEventId = ({ notifications, fleet, told }: StandalonePosition): string =>
  `standing-${notifications}-${fleet}-${told}`;

/** Undefined for what `toStandaloneEventId` did not make. */
export function parseStandaloneEventId(id: string): StandalonePosition | undefined {
  const [, ...numbers] = /^standing-(\d{1,16})-(\d{1,16})-(\d{1,5})$/.exec(id) ?? [];
  if (numbers.length === 0) return undefined;
  const [notifications = 0, fleet = 0, told = 0] = numbers.map(Number);
  return { notifications, fleet, told };
}
