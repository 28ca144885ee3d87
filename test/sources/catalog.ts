/** Questions as models ask them, each with the tool that answers it. Written before the ranking was. */
export const QUESTIONS: readonly (readonly [question: string, tool: string])[] = [
  ["post a message to a channel in the team chat", "chat_send_message"],
  ["which invoices have not been paid yet", "billing_list_unpaid_invoices"],
  ["open a pull request for my branch", "git_create_pull_request"],
  ["give the customer their money back", "billing_refund_payment"],
  ["who is on call tonight", "pager_get_on_call_schedule"],
  ["translate this paragraph into French", "text_translate"],
  ["restart the production server", "hosts_restart_host"],
  ["book a meeting room for Tuesday", "calendar_book_room"],
  ["how warm will it be tomorrow in Bern", "weather_get_forecast"],
  ["delete old log files", "files_delete_file"],
];

const ANSWERS: Readonly<Record<string, string>> = {
  chat_send_message: "Posts a message to a channel or a person in the team chat.",
  billing_list_unpaid_invoices: "Lists invoices that are open: sent and not paid.",
  git_create_pull_request: "Opens a pull request that asks to merge one branch into another.",
  billing_refund_payment: "Refunds a payment: the customer gets the money back.",
  pager_get_on_call_schedule: "Tells who is on call at a time, for each team.",
  text_translate: "Translates text into another language.",
  hosts_restart_host: "Restarts a server. Running requests are finished first.",
  calendar_book_room: "Books a meeting room for a time.",
  weather_get_forecast: "The weather forecast of a city: temperature, rain and wind for the next days.",
  files_delete_file: "Deletes a file, or all files that match a pattern.",
};

const VERBS = [
  "list",
  "get",
  "create",
  "update",
  "delete",
  "archive",
  "export",
  "import",
  "share",
  "watch",
  "count",
  "rename",
];
const NOUNS = [
  "customer",
  "invoice",
  "branch",
  "commit",
  "channel",
  "message",
  "room",
  "event",
  "ticket",
  "comment",
  "report",
  "dashboard",
  "alert",
  "host",
  "volume",
  "file",
  "folder",
  "label",
  "team",
  "user",
  "role",
  "secret",
  "job",
  "queue",
  "page",
];

const tool = (name: string, description: string, properties: object) => ({
  name,
  description,
  inputSchema: { type: "object", properties },
});

const filler = VERBS.flatMap((verb) =>
  NOUNS.map((noun) =>
    tool(`office_${verb}_${noun}`, `${verb[0]?.toUpperCase()}${verb.slice(1)}s a ${noun} of the office.`, {
      [`${noun}_id`]: { type: "string", description: `The ${noun}` },
      limit: { type: "integer" },
    }),
  ),
);

/** Three hundred tools, among them those that answer the questions. */
export const CATALOG: readonly object[] = [
  ...filler.slice(0, 290),
  ...Object.entries(ANSWERS).map(([name, description]) => tool(name, description, { id: { type: "string" } })),
];
