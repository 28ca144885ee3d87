import { type Call, everythingCalls, SEQUENTIAL_THINKING } from "./calls.ts";

/** A public desktop server, as a user names it to `--stdio`. */
export interface DesktopServer {
  readonly packageName: string;
  /** The value of `--stdio`. */
  readonly command: string;
  /** Calls of all its tools, in an order that makes sense. */
  readonly calls: readonly Call[];
  /** Tools that cannot be called as others are, with the reason that they give. */
  readonly refuses?: readonly Call[];
}

const ada = { name: "Ada", entityType: "person", observations: ["likes tea"] };
const likes = { from: "Ada", to: "Bob", relationType: "likes" };
const MEMORY: readonly Call[] = [
  ["create_entities", { entities: [ada, { ...ada, name: "Bob" }] }, /likes tea/],
  ["create_relations", { relations: [likes] }, /"relationType":"likes"/],
  ["add_observations", { observations: [{ entityName: "Ada", contents: ["plays chess"] }] }, /plays chess/],
  ["read_graph", {}, /"from":"Ada"/],
  ["search_nodes", { query: "chess" }, /Ada/],
  ["open_nodes", { names: ["Bob"] }, /Bob/],
  ["delete_observations", { deletions: [{ entityName: "Ada", observations: ["plays chess"] }] }, /deleted/],
  ["delete_relations", { relations: [likes] }, /deleted/],
  ["delete_entities", { entityNames: ["Bob", "Ada"] }, /deleted/],
];

const FILESYSTEM: readonly Call[] = [
  ["list_allowed_directories", {}, /Allowed directories/],
  ["create_directory", { path: "{given}/notes" }, /Successfully created/],
  ["write_file", { path: "{given}/notes/a.txt", content: "tea\nchess" }, /Successfully wrote/],
  ["read_file", { path: "{given}/notes/a.txt" }, /chess/],
  ["read_text_file", { path: "{given}/notes/a.txt", head: 1 }, /tea/],
  ["read_multiple_files", { paths: ["{given}/notes/a.txt"] }, /chess/],
  ["edit_file", { path: "{given}/notes/a.txt", edits: [{ oldText: "tea", newText: "ale" }] }, /ale/],
  ["list_directory", { path: "{given}/notes" }, /a\.txt/],
  ["list_directory_with_sizes", { path: "{given}/notes" }, /Total: 1 files/],
  ["directory_tree", { path: "{given}" }, /notes/],
  ["search_files", { path: "{given}", pattern: "**/*.txt" }, /a\.txt/],
  ["get_file_info", { path: "{given}/notes/a.txt" }, /isFile: true/],
  ["move_file", { source: "{given}/notes/a.txt", destination: "{given}/b.png" }, /Successfully moved/],
  ["read_media_file", { path: "{given}/b.png" }, /"mimeType":"image\/png"/],
];

const CALCULATOR: readonly Call[] = [
  ["random", { type: "uuid" }, /[\da-f]{8}-[\da-f]{4}/],
  ["hash", { input: "hello", algorithm: "md5" }, /5d41402abc4b2a76b9719d911017c592/],
  ["base64", { input: "hello", action: "encode" }, /aGVsbG8=/],
  ["encode", { input: "a b", action: "encode", type: "url" }, /a%20b/],
  ["datetime", { action: "timestamp", datetime: "2026-01-02T00:00:00Z" }, /17673120/],
  ["count", { text: "tea" }, /3/],
  ["math", { expression: "6 * 7" }, /42/],
  ["date", { action: "weekday", date: "2026-11-30" }, /Monday/],
  ["regex", { pattern: "t.a", text: "tea", action: "test" }, /true/],
  ["base", { value: "ff", from: 16, to: 10 }, /255/],
  ["diff", { text1: "tea", text2: "teas", action: "distance" }, /1/],
  ["format_validate", { input: "{}", format: "json" }, /true/],
  ["cron_parse", { expression: "0 9 * * *" }, /09:00/],
  ["luhn", { number: "4111111111111111" }, /true/],
  ["ip", { action: "contains", cidr: "10.0.0.0/8", target: "10.1.2.3" }, /true/],
  ["color", { color: "#ff0000" }, /rgb\(255, 0, 0\)/],
  ["convert", { value: 1, from: "km", to: "m" }, /1000/],
  ["char_info", { char: "A" }, /U\+0041/],
  ["jwt_decode", { token: "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ." }, /ada/],
  ["url_parse", { url: "https://a.example/b?c=1" }, /a\.example/],
  ["semver", { action: "compare", version: "1.2.3", version2: "1.2.4" }, /-1|less/],
];

const pairs = { data: [{ category: "a", value: 1 }] };
const tree = { name: "a", value: 1, children: [{ name: "b", value: 1 }] };
const chart = (kind: string, args: Readonly<Record<string, unknown>>): Call => [
  kind === "echarts" ? "generate_echarts" : `generate_${kind}_chart`,
  { width: 100, height: 100, outputType: "png", ...args },
  /"data":"iVBOR/,
];
const CHARTS: readonly Call[] = [
  chart("area", { data: [{ time: "2026", value: 1 }] }),
  chart("bar", pairs),
  chart("boxplot", { data: [1, 2, 3, 4, 5].map((value) => ({ category: "a", value })) }),
  chart("candlestick", { data: [{ date: "2026-01-01", open: 1, high: 3, low: 0, close: 2 }] }),
  chart("echarts", { echartsOption: JSON.stringify({ series: [{ type: "pie", data: [{ value: 1 }] }] }) }),
  chart("funnel", pairs),
  chart("gauge", { data: [{ name: "a", value: 1 }] }),
  chart("graph", { data: { nodes: [{ id: "a", name: "a" }], edges: [] } }),
  // Version 0.7.1 cannot draw it.
  [
    "generate_heatmap_chart",
    { data: [{ x: "a", y: "b", value: 1 }], width: 100, height: 100, outputType: "option" },
    /heatmap/,
  ],
  chart("line", { data: [{ time: "2026", value: 1 }] }),
  chart("parallel", { data: [{ name: "a", values: [1, 2] }], dimensions: ["x", "y"] }),
  chart("pie", pairs),
  chart("radar", { data: ["a", "b", "c"].map((name) => ({ name, value: 1 })) }),
  chart("sankey", { data: [{ source: "a", target: "b", value: 1 }] }),
  chart("scatter", { data: [{ x: 1, y: 2 }] }),
  chart("sunburst", { data: [tree] }),
  chart("tree", { data: tree }),
  chart("treemap", { data: [tree] }),
];

/** Four of the protocol's makers, and two of other vendors. */
export const DESKTOP_SERVERS: readonly DesktopServer[] = [
  {
    packageName: "@modelcontextprotocol/server-memory",
    command: "MEMORY_FILE_PATH={given}/memory.jsonl @modelcontextprotocol/server-memory",
    calls: MEMORY,
  },
  {
    packageName: "@modelcontextprotocol/server-filesystem",
    command: "npx -y @modelcontextprotocol/server-filesystem {given}",
    calls: FILESYSTEM,
  },
  {
    packageName: "@modelcontextprotocol/server-everything",
    command: "@modelcontextprotocol/server-everything",
    calls: everythingCalls(/mcp-stdio-/),
    refuses: [["simulate-research-query", { topic: "python" }, /task/i]],
  },
  {
    packageName: "@modelcontextprotocol/server-sequential-thinking",
    command: "@modelcontextprotocol/server-sequential-thinking",
    calls: SEQUENTIAL_THINKING,
  },
  { packageName: "@coo-quack/calc-mcp", command: "@coo-quack/calc-mcp", calls: CALCULATOR },
  { packageName: "mcp-echarts", command: "mcp-echarts", calls: CHARTS },
];
