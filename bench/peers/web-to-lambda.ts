interface UrlEvent {
  readonly rawPath: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly requestContext: { readonly http: { readonly method: string } };
}

/** Turns a handler of web requests into a Lambda handler for events of a Function URL, with as little code as it takes. */
export const webToLambda = (serve: (request: Request) => Promise<Response>) => async (event: UrlEvent) => {
  const { method } = event.requestContext.http;
  const request = new Request(`https://${event.headers.host}${event.rawPath}`, {
    method,
    headers: event.headers,
    body: event.body,
  });
  const response = await serve(request);
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
    isBase64Encoded: false,
  };
};
