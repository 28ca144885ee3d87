/** Where the APIs of Google are that the jobs need. */
export interface GoogleApis {
  /** URL of Cloud Tasks; ends with a slash. */
  readonly tasksUrl: string;
  /** URL of the keys that sign the identity tokens of service accounts (accounts.google.com's discovery document, jwks_uri). */
  readonly keysUrl: string;
}

/** The Google Cloud command line takes the same variable, for a stand-in of Cloud Tasks; that signs with keys of its own. */
export function googleApis(environment: NodeJS.ProcessEnv): GoogleApis {
  const { CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDTASKS: override } = environment;
  return override
    ? { tasksUrl: override, keysUrl: new URL("oauth2/v3/certs", override).href }
    : { tasksUrl: "https://cloudtasks.googleapis.com/", keysUrl: "https://www.googleapis.com/oauth2/v3/certs" };
}
