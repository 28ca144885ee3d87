/**
 * All that loads AWS's clients. They are one file of the artefact because they are one program: credentials, signatures,
 * connections. CPU time to load, median of 21:
 *
 *   DynamoDB's alone                     334 kB  50 ms
 *   DynamoDB's and Secrets Manager's     349 kB  50 ms
 *   Secrets Manager's in a second file   305 kB  45 ms more, in the instance that needs the table to use a state up
 *
 * A request signed by hand with the parts of the first would save 14 kB (2 kB gzipped) of what is loaded only where
 * aws-requests.ts does not know enough (aws-access.ts).
 */
export { createDynamodbClient } from "../dynamodb/dynamodb-client.ts";
export { createSecretReader } from "../secrets/secret-reader.ts";
