import type { RequestRecord } from "../../src/adapter.ts";

export const DAY_MS = 86_400_000;
/** When an emulated day begins. */
export const MIDNIGHT: number = Date.UTC(2026, 10, 30);

/** Milliseconds since the day began, of the time in a line. */
export const timeOf = ({ time }: RequestRecord): number => Date.parse(time) - MIDNIGHT;
