/** The revisions of the MCP specification that the official suite scores and every ingress must serve. */
export const REVISIONS = ["2025-11-25", "2026-07-28"] as const;

export type Revision = (typeof REVISIONS)[number];
