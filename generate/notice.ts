/** Stands at the head of every generated file. */
export const NOTICE =
  "Written by `npm run generate` from the settings in src/config/ and adapters/aws/settings.ts: change those, not this file.";
