/**
 * Requests to AWS without AWS's clients, for an environment that hands out credentials, as Lambda's does (aws-access.ts
 * decides). They leave it to AWS's clients (aws-clients.ts) to find credentials and endpoints anywhere else; answers and
 * errors are the same as far as anybody here looks at them. They are bundled into a file of their own, as CommonJS, and
 * import nothing of the core, which would be in that file a second time.
 *
 * From there to the answer of the first GetItem, on loopback, Node 24, medians of 15 in turn:
 *
 *                           over HTTP                     over TLS
 *   these           12 kB   25 ms,  26 ms of CPU time     38 ms,  45 ms of CPU time
 *   AWS's clients  349 kB   91 ms, 108 ms                106 ms, 121 ms
 *
 * What is left are Node.js's own modules for TLS, HTTP and hashes. Signing takes 2 ms of it, and is left to `aws4`.
 */
export { createDynamodbClient } from "./dynamodb-client.ts";
export { createSecretReader } from "./secret-reader.ts";
