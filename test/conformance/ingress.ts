/** The clouds whose emulated ingresses the suite is run behind. */
export const TEST_INGRESSES = ["aws", "azure", "gcp"] as const;

export type TestIngress = (typeof TEST_INGRESSES)[number];
