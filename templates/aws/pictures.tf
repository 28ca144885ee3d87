# Written by `npm run generate` from generate/pictures.ts: change that, not this file.
locals {
  pictures = [
    { title = "Requests by method", view = "bar", ask = "stats count(*) as requests by mcpMethod | sort requests desc" },
    { title = "Calls by tool or prompt", view = "table", ask = "filter ispresent(mcpName) | stats count(*) as calls, pct(durationMs, 50) as p50, pct(durationMs, 95) as p95, pct(durationMs, 99) as p99 by mcpMethod, mcpName | sort calls desc" },
    { title = "Latency in milliseconds: 50, 95 and 99 of 100", view = "timeSeries", ask = "filter mcpMethod != \"subscriptions/listen\" | stats pct(durationMs, 50) as p50, pct(durationMs, 95) as p95, pct(durationMs, 99) as p99 by bin(5m)" },
    { title = "Latency of tools in milliseconds: 95 of 100", view = "table", ask = "filter mcpMethod = \"tools/call\" | stats pct(durationMs, 95) as p95 by mcpName | sort p95 desc" },
    { title = "Outcomes", view = "bar", ask = "filter ispresent(mcpMethod) | stats count(*) as requests by outcome | sort requests desc" },
    { title = "Failures by method and tool", view = "table", ask = "filter outcome in [\"tool_error\", \"protocol_error\", \"timed_out\", \"instance_lost\"] | stats count(*) as failures by mcpMethod, mcpName, outcome | sort failures desc" },
    { title = "Sessions opened", view = "timeSeries", ask = "filter mcpMethod = \"initialize\" and status = 200 | stats count(*) as sessions by bin(5m)" },
    { title = "Requests by protocol era", view = "bar", ask = "stats count(*) as requests by era" },
    { title = "Cold starts", view = "timeSeries", ask = "filter ispresent(coldStart) | stats count(*) as starts by bin(5m)" },
    { title = "Jobs of tasks by status", view = "bar", ask = "filter ispresent(taskStatus) | stats count(*) as jobs by taskStatus" },
    { title = "Tasks by status: longest age and longest delay in milliseconds", view = "table", ask = "filter ispresent(taskStatus) | stats max(taskAgeMs) as age, max(taskDelayMs) as delay by taskStatus" },
    { title = "Operations of the store", view = "timeSeries", ask = "stats sum(storeReads) as reads, sum(storeWrites) as writes by bin(5m)" },
    { title = "Answers by status", view = "bar", ask = "stats count(*) as answers by status" },
    { title = "Bytes sent", view = "timeSeries", ask = "stats sum(responseBytes) as bytes by bin(5m)" },
  ]
}
