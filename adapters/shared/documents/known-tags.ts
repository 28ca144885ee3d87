import type { Document } from "./document-table.ts";

/** Tags of documents that this process read or wrote lately, by version: a write that names the version needs no read then. */
export interface KnownTags {
  remember(document: Pick<Document, "version" | "tag" | "expiresAt">): void;
  find(version: number): Pick<Document, "tag" | "expiresAt"> | undefined;
}

const MOST = 5_000;

export function createKnownTags(): KnownTags {
  const tags = new Map<number, Pick<Document, "tag" | "expiresAt">>();
  return {
    remember({ version, tag, expiresAt }) {
      tags.set(version, { tag, expiresAt });
      const [oldest] = tags.keys();
      if (tags.size > MOST && oldest !== undefined) tags.delete(oldest);
    },
    find: (version) => tags.get(version),
  };
}
