/** Stands at the head of every file that is made of the settings. */
export const NOTICE =
  "Written by `npm run generate` from the settings that generate/setting-tables.ts lists: change those, not this file.";
