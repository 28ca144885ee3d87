# Written by `npm run generate` from generate/pictures.ts: change that, not this file.
locals {
  pictures = [
    { title = "Requests by method", bars = true, queries = ["sum by (method) (increase(${local.duration}_count{monitored_resource=\"cloud_run_revision\"}${local.step}))"] },
    { title = "Calls by tool or prompt", bars = true, queries = ["sum by (method, tool) (increase(${local.duration}_count{monitored_resource=\"cloud_run_revision\",tool!=\"\"}${local.step}))"] },
    { title = "Latency in milliseconds: 50, 95 and 99 of 100", bars = false, queries = ["histogram_quantile(0.5, sum by (le) (increase(${local.duration}_bucket{monitored_resource=\"cloud_run_revision\"}${local.step})))", "histogram_quantile(0.95, sum by (le) (increase(${local.duration}_bucket{monitored_resource=\"cloud_run_revision\"}${local.step})))", "histogram_quantile(0.99, sum by (le) (increase(${local.duration}_bucket{monitored_resource=\"cloud_run_revision\"}${local.step})))"] },
    { title = "Latency of tools in milliseconds: 95 of 100", bars = false, queries = ["histogram_quantile(0.95, sum by (le, tool) (increase(${local.duration}_bucket{monitored_resource=\"cloud_run_revision\",method=\"tools/call\"}${local.step})))"] },
    { title = "Outcomes", bars = true, queries = ["sum by (outcome) (increase(${local.duration}_count{monitored_resource=\"cloud_run_revision\"}${local.step}))"] },
    { title = "Failures by method and tool", bars = true, queries = ["sum by (method, tool, outcome) (increase(${local.duration}_count{monitored_resource=\"cloud_run_revision\",outcome=~\"tool_error|protocol_error|timed_out|instance_lost\"}${local.step}))"] },
    { title = "Sessions opened", bars = false, queries = ["sum by (method) (increase(${local.duration}_count{monitored_resource=\"cloud_run_revision\",method=\"initialize\"}${local.step}))"] },
    { title = "Requests by protocol era", bars = true, queries = ["sum by (era) (increase(${local.duration}_count{monitored_resource=\"cloud_run_revision\"}${local.step}))"] },
    { title = "Cold starts", bars = false, queries = ["sum(increase(run_googleapis_com:container_startup_latencies_count${local.of_service}${local.step}))"] },
    { title = "Jobs of tasks by status", bars = true, queries = ["sum by (status) (increase(${local.task_age}_count{monitored_resource=\"cloud_run_revision\"}${local.step}))"] },
    { title = "Tasks by status: longest age and longest delay in milliseconds", bars = false, queries = ["histogram_quantile(1, sum by (le, status) (increase(${local.task_age}_bucket{monitored_resource=\"cloud_run_revision\"}${local.step})))", "histogram_quantile(1, sum by (le, status) (increase(${local.task_delay}_bucket{monitored_resource=\"cloud_run_revision\"}${local.step})))"] },
    { title = "Operations of the store", bars = false, queries = ["sum(increase(${local.reads}_sum{monitored_resource=\"cloud_run_revision\"}${local.step}))", "sum(increase(${local.writes}_sum{monitored_resource=\"cloud_run_revision\"}${local.step}))"] },
    { title = "Answers by status", bars = true, queries = ["sum by (response_code) (increase(run_googleapis_com:request_count${local.of_service}${local.step}))"] },
    { title = "Bytes sent", bars = false, queries = ["sum(increase(run_googleapis_com:container_network_sent_bytes_count${local.of_service}${local.step}))"] },
  ]
}
