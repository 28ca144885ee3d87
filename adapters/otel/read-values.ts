/** A variable of the environment, without spaces around it; undefined where it is empty. */
export type Read = (name: string) => string | undefined;
/** Takes one sentence about a variable that cannot be used. No sentence repeats a value. */
export type Tell = (problem: string) => void;

/** `name=value,name=value`, whose values are percent-encoded (W3C Baggage §3.3). */
export function readPairs(
  read: Read,
  names: readonly string[],
  isValid: (name: string, value: string) => boolean,
  tell: Tell,
): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const variable of names) {
    for (const member of read(variable)?.split(",") ?? []) {
      if (member.trim() === "") continue;
      const [name = "", value] = [member.split("=", 1)[0]?.trim(), member.split("=").slice(1).join("=").trim()];
      const decoded = decode(value);
      if (member.includes("=") && decoded !== undefined && isValid(name, decoded)) pairs[name] = decoded;
      else
        tell(
          `${variable} must be name=value, separated by commas, with values in percent-encoding; one of them is left out.`,
        );
    }
  }
  return pairs;
}

function decode(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

/** A number of milliseconds, 1 or more. */
export function readMilliseconds(read: Read, name: string, tell: Tell): number | undefined {
  const text = read(name);
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
  tell(`${name} must be a whole number of milliseconds; its default is used.`);
  return undefined;
}
