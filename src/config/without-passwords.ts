/** Removes the user and the query of each URL in a text, because secrets may stand there. */
export const withoutPasswords = (text: string): string =>
  text.replaceAll(/:\/\/[^\s"]*@/g, "://…@").replaceAll(/\?[^\s",]+/g, "?…");
