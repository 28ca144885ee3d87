/** The first stateless revision. Revisions are dates, and compare as text. */
export const MODERN_REVISION = "2026-07-28";
