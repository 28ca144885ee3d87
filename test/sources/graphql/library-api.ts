import { buildSchema, GraphQLError, graphql } from "graphql";
import { type LoopbackEndpoint, serveFetch } from "../loopback-endpoint.ts";

/** A request as the API got it. */
interface Asked {
  readonly query: string;
  readonly variables: unknown;
  readonly authorization: string | null;
}

/** A library's GraphQL API on a port of this machine. */
export interface LibraryApi extends LoopbackEndpoint {
  readonly asked: readonly Asked[];
}

const SCHEMA = buildSchema(`
  type Query { books(titleContains: String!, first: Int!): [Book!]! }
  type Mutation { reserve(bookId: ID!): Reservation! }
  type Book { id: ID! title: String! author: Author! secretNotes: String! }
  type Author { name: String! }
  type Reservation { until: String! book: Book! }
`);

const BOOKS = [
  { id: "1", title: "Emma", author: { name: "Austen" }, secretNotes: "lent to the mayor" },
  { id: "2", title: "Dune", author: { name: "Herbert" }, secretNotes: "damaged" },
  { id: "3", title: "Dune Messiah", author: { name: "Herbert" }, secretNotes: "lost" },
];

/** Serves the API by a real engine. `readerOf` says whose a token is; undefined for a token that is nobody's. */
export async function startLibraryApi(
  readerOf: (token: string | undefined) => string | undefined,
): Promise<LibraryApi> {
  const asked: Asked[] = [];
  const endpoint = await serveFetch(async (request) => {
    const authorization = request.headers.get("authorization");
    const { query, variables } = (await request.json()) as Omit<Asked, "authorization">;
    asked.push({ query, variables, authorization });
    const reader = readerOf(authorization?.replace("Bearer ", ""));
    if (reader === undefined) return Response.json({ errors: [{ message: "Who are you?" }] }, { status: 401 });
    const answer = await graphql({
      schema: SCHEMA,
      source: query,
      variableValues: variables as Record<string, unknown>,
      rootValue: rootFor(reader),
    });
    const headers = { "content-type": "application/graphql-response+json" };
    return new Response(JSON.stringify(answer), { status: answer.data === undefined ? 400 : 200, headers });
  });
  return { ...endpoint, asked };
}

const rootFor = (reader: string) => ({
  books: ({ titleContains, first }: { readonly titleContains: string; readonly first: number }) =>
    BOOKS.filter(({ title }) => title.includes(titleContains)).slice(0, first),
  reserve({ bookId }: { readonly bookId: string }) {
    const book = BOOKS.find(({ id }) => id === bookId);
    if (!book) throw new GraphQLError(`There is no book ${bookId}.`);
    return { until: `Friday, for ${reader}`, book };
  },
});
