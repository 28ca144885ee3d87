# One page for the operators of the server. Idle: nothing.
locals {
  of_service = "{monitored_resource=\"cloud_run_revision\",service_name=\"${var.name}\",location=\"${var.region}\"}"
  duration   = local.metric["duration"]
  task_age   = local.metric["task-age"]
  task_delay = local.metric["task-delay"]
  reads      = local.metric["store-reads"]
  writes     = local.metric["store-writes"]
  # The time between two points of a chart, whatever time the chart shows; Monitoring fills it in.
  step = "[$${__interval}]"

  charts = concat(local.pictures, [
    { title = "Failures and refusals", bars = false, queries = [
      for name in keys(local.counted_answers) : "sum(increase(${local.metric[name]}${local.within}${local.step}))"
    ] },
    { title = "Cost: requests", bars = false, queries = ["sum(increase(run_googleapis_com:request_count${local.of_service}${local.step}))"] },
    # Times the CPU and the memory, this is what Cloud Run bills.
    { title = "Cost: seconds of instances", bars = false, queries = ["sum(increase(run_googleapis_com:container_billable_instance_time${local.of_service}${local.step}))"] },
  ])

  log_view = urlencode("${google_logging_project_bucket_config.requests.id}/views/_AllLogs")
  notes = join("\n\n", concat(
    [
      "[The log](https://console.cloud.google.com/logs/query;query=jsonPayload.message%3D%22request%22;storageScope=storage,${local.log_view}?project=${var.project}) has a line per request, with the tool or prompt (`jsonPayload.mcpName`) and what failed (`jsonPayload.error`).",
    ],
    [for name in local.table_name[*] : "The table `${name}` is in AWS, ${local.aws_region}: CloudWatch there shows what is read, written and refused."],
  ))
}

resource "google_monitoring_dashboard" "server" {
  project = var.project
  dashboard_json = jsonencode({
    displayName = var.name
    mosaicLayout = {
      columns = 48
      tiles = concat(
        [for index, chart in local.charts : {
          xPos   = 24 * (index % 2)
          yPos   = 16 * floor(index / 2)
          width  = 24
          height = 16
          widget = {
            title = chart.title
            xyChart = {
              dataSets = [for query in chart.queries : {
                plotType        = chart.bars ? "STACKED_BAR" : "LINE"
                timeSeriesQuery = { prometheusQuery = query }
              }]
            }
          }
        }],
        [{
          xPos   = 0
          yPos   = 16 * ceil(length(local.charts) / 2)
          width  = 48
          height = 12
          widget = { title = "More", text = { content = local.notes, format = "MARKDOWN" } }
        }],
      )
    }
  })

  depends_on = [google_project_service.required]
}
