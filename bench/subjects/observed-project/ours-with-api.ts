/** The server that is measured alone, of a project that depends on OpenTelemetry's API and registers no SDK. */
export { default } from "../ours.ts";
