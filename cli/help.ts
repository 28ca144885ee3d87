/** The output of `mcp-anycloud --help`. */
export const HELP = `mcp-anycloud: one MCP server on AWS Lambda, Azure Functions and Google Cloud Run

Usage
  mcp-anycloud init  [folder] [flags]  write a project, or add to one what it lacks
  mcp-anycloud dev   [entry] [flags]   serve on this machine through each cloud's ingress
  mcp-anycloud build [entry] [flags]   make what each cloud's deployment tool takes
  mcp-anycloud smoke <url>   [flags]   try a deployed server as an MCP client does; the exit code says whether it works
  mcp-anycloud deploy   <cloud> [flags]  bring what was built to aws, azure or gcp, by the cloud's own tools
  mcp-anycloud promote  <cloud> [flags]  give a candidate a tenth of the traffic, watch it, then all of it
  mcp-anycloud rollback <cloud>        give all traffic back to the version before
  mcp-anycloud status|logs|outputs|destroy|doctor <cloud>
                                       what answers; its log; its addresses; take it away; what is missing here
  mcp-anycloud diff  <url>   [flags]   what would change for the clients of a live server
  mcp-anycloud lock  [entry] [flags]   write down how the tools of a gateway's servers look, or check that they still do
  mcp-anycloud audit verify FILE…      check exported logs for audit records that were changed or removed

The entry is the module whose default export is defineServer({ createServer }). Without it, "entry" of "mcp-anycloud" in
package.json is taken, else the first of server.{ts,mts,js,mjs}, here and then in src/.

init
  --yes                    ask nothing
  --name NAME              name of the server (default that of the folder)
  --target aws|azure|gcp   deploy to this cloud; may be repeated (default all three)
  --sdk v2|v1              MCP SDK of the server (default v2)
  --terraform              deploy to AWS with Terraform instead of CDK

dev, build
  --stdio "PACKAGE ARGS"   serve a desktop server, a package of this project, in place of an entry of yours; its variables
                           before its name, as in "KEY=value PACKAGE"

dev
  --target aws|azure|gcp   only this cloud; may be repeated
  --port P                 ports from P on, in this order; 0 takes free ones (default 8787 aws, 8788 azure, 8789 gcp)
  --instances N            processes that take turns behind each ingress (default 1)
  --amnesia                serve every request from a fresh process
  --no-store               keep no sessions and no shared state; by default, all ingresses share a local DynamoDB table
                           that .mcp-anycloud/ keeps, or the one that MCP_ANYCLOUD_TABLE names, with this shell's AWS_
                           settings
  --reset                  forget the sessions and the state that .mcp-anycloud/ keeps
  --env-file FILE          variables for the server; may be repeated (default .env, where there is one)
  --env NAME[=value]       pass a variable of this shell on to the server, or set it; may be repeated (those that begin with
                           MCP_ are passed on, and those that a file names)
  --call TOOL[=JSON]       call this tool with these arguments once through each ingress
  --console-port P         port of the console, the page that shows requests and calls tools (default 8786, or a free one)
  --no-console             open no console
  --inspect                let a debugger attach to the instance of the first cloud (port 9229, or a free one)

build
  --target aws|azure|gcp|container
                           only this; may be repeated (default the three clouds; container makes the context of an image)
  --out FOLDER             where the folders aws, azure and gcp, or container, and the zip files of two of them go (default dist); other files
                           in the folders are left alone
  --env-file FILE          variables for the server while build starts it once; may be repeated (default .env)
  --env NAME[=value]       one such variable, of this shell or set here; may be repeated
  --json                   print what was made, or what went wrong, as one JSON object

smoke
  --lambda NAME[:ALIAS]    invoke this Lambda function instead, with the AWS credentials at hand; needs no url
  --region R               AWS region of the function (default AWS_REGION, or the profile's)
  --call TOOL[=JSON]       call this tool with these arguments (default: the first that is read-only and needs none)
  --header NAME=VALUE      send this header, such as authorization; may be repeated; its value is never printed
  --timeout SECONDS        time for everything together (default 30)

deploy, promote, rollback, status, logs, outputs, destroy, doctor
  --candidate              deploy: bring a version that no client reaches yet, try it and stop (gcp, azure)
  --dry-run                only print the commands
  --yes                    deploy, destroy: let cdk and Terraform ask nothing
  --follow                 logs: go on as lines come
  --allow-breaking         deploy, promote, diff: go on although tools, schemas or scopes break clients
  --header NAME=VALUE      deploy, promote, diff: send this header; may be repeated; its value is never printed
  --call TOOL[=JSON], --timeout SECONDS
                           deploy, promote: as for smoke
  --json                   print the outcome as one JSON object; commands and their output go to the error stream

lock
  --out FILE               where the hashes are (default tools.lock.json)
  --check                  write nothing; the exit code says whether all tools are as they were
  --env-file FILE, --env   variables for the server, as for build

audit verify
  FILE…                    lines of the log, of any number of instances; MCP_ANYCLOUD_STATE_KEYS holds the keys that signed it

  --help, --version
`;
