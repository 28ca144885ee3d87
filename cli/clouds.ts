/** The clouds, in the order in which everything about them is listed. */
export const CLOUDS = ["aws", "azure", "gcp"] as const;

export type Cloud = (typeof CLOUDS)[number];
