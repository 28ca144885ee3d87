# Written by `npm run generate` from generate/pictures.ts: change that, not this file.
locals {
  pictures = [
    { title = "Requests by method", view = "barchart", query = "| summarize requests = sum(itemCount) by mcpMethod | order by requests desc" },
    { title = "Calls by tool or prompt", view = "table", query = "| where isnotempty(mcpName) | summarize calls = sum(itemCount), p50 = percentile(durationMs, 50), p95 = percentile(durationMs, 95), p99 = percentile(durationMs, 99) by mcpMethod, mcpName | order by calls desc" },
    { title = "Latency in milliseconds: 50, 95 and 99 of 100", view = "linechart", query = "| where mcpMethod != \"subscriptions/listen\" | summarize p50 = percentile(durationMs, 50), p95 = percentile(durationMs, 95), p99 = percentile(durationMs, 99) by bin(timestamp, 5m)" },
    { title = "Latency of tools in milliseconds: 95 of 100", view = "table", query = "| where mcpMethod == \"tools/call\" | summarize p95 = percentile(durationMs, 95) by mcpName | order by p95 desc" },
    { title = "Outcomes", view = "barchart", query = "| where isnotempty(mcpMethod) | summarize requests = sum(itemCount) by outcome | order by requests desc" },
    { title = "Failures by method and tool", view = "table", query = "| where outcome in (\"tool_error\", \"protocol_error\", \"timed_out\", \"instance_lost\") | summarize failures = sum(itemCount) by mcpMethod, mcpName, outcome | order by failures desc" },
    { title = "Sessions opened", view = "linechart", query = "| where mcpMethod == \"initialize\" and status == 200 | summarize sessions = sum(itemCount) by bin(timestamp, 5m)" },
    { title = "Requests by protocol era", view = "barchart", query = "| summarize requests = sum(itemCount) by era = tostring(line.era)" },
    { title = "Cold starts", view = "linechart", query = "| where line.coldStart == true | summarize starts = sum(itemCount) by bin(timestamp, 5m)" },
    { title = "Jobs of tasks by status", view = "barchart", query = "| where isnotempty(line.taskStatus) | summarize jobs = sum(itemCount) by status = tostring(line.taskStatus)" },
    { title = "Tasks by status: longest age and longest delay in milliseconds", view = "table", query = "| where isnotempty(line.taskStatus) | summarize age = max(tolong(line.taskAgeMs)), delay = max(tolong(line.taskDelayMs)) by status = tostring(line.taskStatus)" },
    { title = "Operations of the store", view = "linechart", query = "| summarize reads = sum(itemCount * tolong(line.storeReads)), writes = sum(itemCount * tolong(line.storeWrites)) by bin(timestamp, 5m)" },
    { title = "Answers by status", view = "barchart", query = "| summarize answers = sum(itemCount) by status = tostring(status)" },
    { title = "Bytes sent", view = "linechart", query = "| summarize bytes = sum(itemCount * tolong(line.responseBytes)) by bin(timestamp, 5m)" },
  ]
}
