/** How far a session's standing stream has come in the two logs that it is fed from. */
export interface StandingPosition {
  /** Number of the last event of the session's own log. */
  readonly news: number;
  /** Number of the last entry of the fleet's log. */
  readonly fleet: number;
  /** How many events of that entry have been told. */
  readonly told: number;
}

/** The id of the event after which the stream is at `position`. */
export const toStandingEventId = ({ news, fleet, told }: StandingPosition): string =>
  `standing-${news}-${fleet}-${told}`;

/** Undefined for what `toStandingEventId` did not make. */
export function parseStandingEventId(id: string): StandingPosition | undefined {
  const [, ...numbers] = /^standing-(\d{1,16})-(\d{1,16})-(\d{1,5})$/.exec(id) ?? [];
  if (numbers.length === 0) return undefined;
  const [news = 0, fleet = 0, told = 0] = numbers.map(Number);
  return { news, fleet, told };
}
