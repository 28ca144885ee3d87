/** The clouds, in the order in which everything about them is listed. */
export const CLOUDS = ["aws", "azure", "gcp"] as const;

export type Cloud = (typeof CLOUDS)[number];

/** The places that `build` makes artefacts for: the clouds, and whatever runs images. */
export const PLATFORMS = ["aws", "azure", "gcp", "container"] as const;

export type Platform = (typeof PLATFORMS)[number];
