/** The clouds whose emulated front doors the suite is run behind. */
export const FRONTS = ["aws", "azure", "gcp"] as const;

export type Front = (typeof FRONTS)[number];
