import { McpServer, type ServerContext } from "@modelcontextprotocol/server";
import { defineServer, type ServerDefinition } from "mcp-anycloud";
import * as z from "zod/v4";
import { createGraphqlApi, type GraphqlOptions } from "./graphql-api.ts";

/** One document for each tool. They never change: what a model says goes into variables, so it can ask for nothing else. */
const FIND_BOOKS = `query FindBooks($title: String!, $first: Int!) {
  books(titleContains: $title, first: $first) { id title author { name } }
}`;
const RESERVE_BOOK = `mutation ReserveBook($id: ID!) {
  reserve(bookId: $id) { until book { title } }
}`;

const search = z.object({
  title: z.string().max(200).describe("A part of the title"),
  first: z.number().int().min(1).max(50).default(10).describe("How many books at most"),
});
const found = z.object({
  books: z.array(z.object({ id: z.string(), title: z.string(), author: z.object({ name: z.string() }) })),
});
const choice = z.object({ id: z.string().max(100).describe("The id of a book, as find_books gives it") });
const reserved = z.object({ reserve: z.object({ until: z.string(), book: z.object({ title: z.string() }) }) });

/** The GraphQL API of a library as tools. */
export function library(options: GraphqlOptions): ServerDefinition {
  const api = createGraphqlApi(options);
  return defineServer({
    createServer(context) {
      const send =
        (document: string) =>
        async (variables: object, { mcpReq: { signal } }: ServerContext) => {
          const data = await api({ document, variables, context, signal });
          return { content: [{ type: "text" as const, text: JSON.stringify(data) }], structuredContent: data };
        };
      const server = new McpServer({ name: "library", version: "1.0.0" });
      server.registerTool(
        "find_books",
        {
          description: "Finds books by their titles",
          inputSchema: search,
          outputSchema: found,
          annotations: { readOnlyHint: true },
        },
        send(FIND_BOOKS),
      );
      server.registerTool(
        "reserve_book",
        { description: "Reserves a book for the reader", inputSchema: choice, outputSchema: reserved },
        send(RESERVE_BOOK),
      );
      return server;
    },
  });
}
