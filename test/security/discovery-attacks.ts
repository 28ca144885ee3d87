import { type Attack, type AttackOutcome, type AttackRequest, unauthorized } from "./attack.ts";
import type { AttackTarget } from "./attack-target.ts";

const WELL_KNOWN = "/.well-known/oauth-protected-resource";

const pathOf = ({ publicUrl }: AttackTarget): string => new URL(publicUrl).pathname;

/** The metadata as configured, whatever the request says. */
const metadata = ({ publicUrl, issuers }: AttackTarget): AttackOutcome => ({
  status: [200],
  headers: { "content-type": /^application\/json/, "access-control-allow-origin": /^\*$/ },
  body: new RegExp(`^\\{"resource":"${publicUrl}","authorization_servers":\\["${issuers.good.url}"`),
  never: /evil/,
});

/** Headers with which a client pretends to be an ingress. */
const FORWARDED: ReadonlyArray<readonly [string, string]> = [
  ["x-forwarded-host", "evil.example"],
  ["x-forwarded-proto", "http"],
  ["x-forwarded-port", "666"],
  ["x-forwarded-prefix", "/evil"],
  ["x-original-url", "/evil"],
  ["x-rewrite-url", "/evil"],
];

const get = (name: string, request: (target: AttackTarget) => AttackRequest, others: number[] = []): Attack => ({
  name,
  request: (target) => ({ method: "GET", body: "", ...request(target) }),
  expected: (target) => ({ ...metadata(target), status: [200, ...others] }),
});

/** Paths that a careless comparison would take for the endpoint's or the metadata's: nothing behind them answers a call. */
const tricks = (path: string): readonly string[] => [
  `${WELL_KNOWN}/../..${path}`,
  `${WELL_KNOWN}/..%2f..${path}`,
  `${WELL_KNOWN}%2f..%2f..${path}`,
  `${WELL_KNOWN}${path}/`,
  `${WELL_KNOWN}${path}/..`,
  `${WELL_KNOWN};${path}`,
  `${WELL_KNOWN}/other`,
  `/.WELL-KNOWN/oauth-protected-resource`,
  `/.well-known/oauth-authorization-server`,
  `/${WELL_KNOWN}${path}`,
  `/x/..${WELL_KNOWN}`,
  `${path}${WELL_KNOWN}`,
  `${path}/..${path}`,
  `/health/..${path}`,
  `/health${path}`,
  `/${path}`,
  `${path}%00`,
  `${path};x=${WELL_KNOWN}`,
  `${path.toUpperCase()}`,
];

/** Attacks on discovery: metadata come from the configuration, and no public path avoids authentication. */
export const DISCOVERY_ATTACKS: readonly Attack[] = [
  get("nothing: the metadata at the root", () => ({ url: WELL_KNOWN })),
  get("nothing: the metadata before the path", (target) => ({ url: `${WELL_KNOWN}${pathOf(target)}` })),
  // An ingress may refuse a foreign host by itself.
  get("metadata under a foreign host", () => ({ url: WELL_KNOWN, headers: [["host", "evil.example"]] }), [403, 404]),
  get("metadata with forged forwarding headers", () => ({ url: WELL_KNOWN, headers: FORWARDED })),
  get("metadata from a web page of another origin", () => ({
    url: WELL_KNOWN,
    headers: [["origin", "https://evil.example"]],
  })),
  get("metadata with a query", () => ({ url: `${WELL_KNOWN}?resource=https://evil.example` })),
  {
    name: "a challenge under a foreign host",
    request: () => ({ headers: [["host", "evil.example"]] }),
    expected: (target) => ({ ...unauthorized(target), status: [401, 403, 404] }),
  },
  {
    name: "a challenge with forged forwarding headers",
    request: () => ({ headers: FORWARDED }),
    expected: (target) => unauthorized(target),
  },
  {
    name: "a web page of another origin",
    request: () => ({ headers: [["origin", "https://evil.example"]] }),
    expected: () => ({ status: [403], never: /evil/ }),
  },
  {
    name: "a web page of no origin",
    request: () => ({ headers: [["origin", "null"]] }),
    expected: () => ({ status: [403] }),
  },
  {
    name: "a message for the metadata",
    request: () => ({ url: WELL_KNOWN }),
    expected: () => ({ status: [405, 403, 404], never: /"result"/ }),
  },
  // The number of the trick is enough to find it, and the path is in the request.
  ...tricks("/mcp").map((_, index) => ({
    name: `path trick ${index + 1}`,
    request: (target: AttackTarget) => ({ url: tricks(pathOf(target))[index] ?? "" }),
    // 401 where an ingress resolves the path to the endpoint's: then authentication answers.
    expected: () => ({ status: [404, 400, 401, 403, 405], never: /"result"|evil/ }),
  })),
];
