/** Folders whose functions count as the project's own code, from the root of the repository. */
export const OWN_FOLDERS: readonly string[] = ["src/", "adapters/"];

/** How far one call may wander through the project's own files. */
export interface WalkLimits {
  readonly files: number;
  readonly returns: number;
}

export type WalkTitle = "2026-07-28 call" | "2025-11-25 call in a session" | "2025-11-25 call with a question";

/** Each scenario and its limits. */
export const LIMITS: Readonly<Record<WalkTitle, WalkLimits>> = {
  "2026-07-28 call": { files: 24, returns: 8 },
  "2025-11-25 call in a session": { files: 36, returns: 20 },
  "2025-11-25 call with a question": { files: 44, returns: 90 },
};
