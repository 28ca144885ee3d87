/** A URI for records and spans: its query may hold a secret, and is left out. */
export const withoutQuery = (uri: string): string => uri.replace(/\?.*$/s, "?…");
