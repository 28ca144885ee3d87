import { isLoopbackName } from "./loopback.ts";

/** Whether requests to a URL are safe: https, or http on this machine; without user, query or fragment. */
export function isSecureUrl(text: string): boolean {
  const url = URL.parse(text);
  if (!url || url.username || url.password || /[?#\s]/.test(text)) return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopbackName(url.hostname));
}

/** Removes the user and the query of each URL in a text, because secrets may stand there. */
export const withoutPasswords = (text: string): string =>
  text.replaceAll(/:\/\/[^\s"]*@/g, "://…@").replaceAll(/\?[^\s",]+/g, "?…");
