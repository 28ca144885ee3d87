/** The signals that a terminal, a service manager and a closing window send. */
export const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
