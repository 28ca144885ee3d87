/** The user who logs in, and the scopes to which they consent. */
export interface ScriptedUser {
  readonly user: string;
  readonly allowed?: string;
}

/**
 * Follows an authorization request as a browser does, with cookies and forms, until it would leave for `redirectUrl`.
 * The parameters that the client gets there. Throws where another page comes.
 */
export async function authorizeInBrowser(
  start: URL,
  redirectUrl: string,
  answers: ScriptedUser,
): Promise<URLSearchParams> {
  const cookies = new Map<string, string>();
  let url = start;
  let form: string | undefined;
  for (let page = 0; page < 20; page++) {
    const response = await fetch(url, {
      method: form === undefined ? "GET" : "POST",
      redirect: "manual",
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
        ...(form !== undefined && { "content-type": "application/x-www-form-urlencoded" }),
      },
      ...(form !== undefined && { body: form }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const body = await response.text();
    const location = response.headers.get("location");
    if (location !== null) {
      url = new URL(location, url);
      form = undefined;
      if (url.href.startsWith(redirectUrl)) return url.searchParams;
    } else if (response.status === 200 && form === undefined) {
      form = new URLSearchParams({ ...answers }).toString();
    } else {
      throw new Error(`${url.pathname} answered ${response.status}: ${body}`);
    }
  }
  throw new Error("The authorization server never came to an end.");
}
