/** What Node.js itself takes: it answers without a look at the request. */
export const handler = async (): Promise<object> => ({ statusCode: 200, headers: {}, body: "{}" });
