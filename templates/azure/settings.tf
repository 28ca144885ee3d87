# Written by `npm run generate` from the settings that generate/setting-tables.ts lists: change those, not this file.

variable "settings" {
  description = <<-EOT
    path: Path of the MCP endpoint. `GET /health` answers beside it. Default: `/mcp`.
    allowed_origins: Web origins that may call from a browser, of any scheme, or `*` for every origin but `null`. Clients
    that are not browsers send no `Origin` and need none. Default: none; for callers on loopback, loopback origins.
    log_level: `info` logs one JSON line for each request, `error` only for requests that failed in the server, `silent`
    none. Dashboards and alarms read these lines and see nothing with `error` and `silent`. Default: `info`.
    public_url: URL of the endpoint, exactly as clients know it. Tokens must be issued for it, and the metadata for clients
    (RFC 9728) name it. It is never taken from a request. Default: none.
    max_body_bytes: Largest request body. A larger request is answered with 413. Default: `4194304`.
    request_seconds: Longest time in which a request, headers and body, must have come in. A slower client is answered with
    408. Default: `30`.
    reader_seconds: Longest time in which a client may take nothing of its response before the connection is closed, where
    the server owns the connection. Default: `60`.
    max_header_bytes: Largest sum of the names and values of a request's headers. Larger headers are answered with 431.
    Default: `16384`.
    max_json_depth: Deepest nesting of lists and objects in a message. A deeper message is answered with 400. Default: `64`.
    max_json_keys: Most members of objects and items of lists in a message, counted together. A message with more is
    answered with 400. Default: `10000`.
    max_streams: Most streams that one caller has open at a time to wait for notifications, on all instances together; where
    nobody is identified, of one client address. One more is answered with 429. Default: 64 of a caller; where nobody is
    identified, 250 of an address.
    max_in_flight: Most requests and streams in flight at a time at one instance that serves several; four fifths of them of
    one caller or, where nobody is identified, of one client address. One more is answered with 503, one more of that caller
    with 429. Default: `1000`.
    rate_limits: How many requests may come in how many seconds, for each caller (`principal=600/60`), each client address
    (`address=1200/60`), or each caller of one tool (`tool:export_notes=10/60`); and how many sessions a caller or, where
    nobody is identified, a client address may open (`session=500/300`). They are counted for all instances together, and so
    need a store. Default: `session=500/300` where there is a store.
    max_output_bytes: Largest message of a server, in bytes of JSON; the responses of a batch share it. A larger result of a
    tool becomes a tool error, another response a JSON-RPC error, and a notification or request fails at the code that sends
    it. Default: `4194304`.
    policy_mode: Whether the server's policy decides (`enforce`), or its denials are only in the audit log (`log`) and
    everything is allowed: to try a policy on real calls. Default: `enforce`.
    audit: Whether the audit log has one JSON line for each use of a tool, prompt or resource and each refusal, without
    arguments that are not declared safe. Default: `on` where callers are identified, or the server has a policy or an audit
    sink.
    heartbeat_seconds: Silence after which an open stream carries an SSE comment, so that no ingress takes it for dead.
    Default: `15`.
    session_seconds: Time without a request after which a session of a 2025-era client expires. Default: `86400`.
    session_grace_seconds: Time for which an expired session still comes back when its client does, because some clients
    never open another one. 0 for never. Default: `604800`.
    stream_seconds: Time after which a stream that only waits for notifications ends, and its client opens another. Default:
    60 where a waiting stream keeps an instance to itself, which is billed while it waits; else 840.
    telemetry_content: Whether spans hold arguments and results of tools, which may be personal data or secrets. Default:
    `off`.
    telemetry_store: Whether operations of the store are events of the span that takes them, or spans of their own. Default:
    `events`.
    telemetry_sampling: Decides whether a request is recorded whose client names a trace in `_meta`: the sampler of this
    server (`own`), or the client (`caller`), who then decides what recording costs. Default: `own`.
  EOT
  type = object({
    path                  = optional(string)
    allowed_origins       = optional(list(string))
    log_level             = optional(string)
    public_url            = optional(string)
    max_body_bytes        = optional(number)
    request_seconds       = optional(number)
    reader_seconds        = optional(number)
    max_header_bytes      = optional(number)
    max_json_depth        = optional(number)
    max_json_keys         = optional(number)
    max_streams           = optional(number)
    max_in_flight         = optional(number)
    rate_limits           = optional(list(string))
    max_output_bytes      = optional(number)
    policy_mode           = optional(string)
    audit                 = optional(string)
    heartbeat_seconds     = optional(number)
    session_seconds       = optional(number)
    session_grace_seconds = optional(number)
    stream_seconds        = optional(number)
    telemetry_content     = optional(string)
    telemetry_store       = optional(string)
    telemetry_sampling    = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.settings.path == null || can(regex("^(/|(/[\\w.~-]+)+)$", var.settings.path))
    error_message = "settings.path must be a path such as /mcp, without a slash at its end, or / alone."
  }
  validation {
    condition = alltrue([
      for item in coalesce(var.settings.allowed_origins, []) : can(regex("^(\\*|[a-z][a-z\\d+.-]*://([a-z\\d._-]+|\\[[\\da-f:]+\\])(:\\d{1,5})?)$", item)) && !can(regex("^(http:.*:80|https:.*:443)$", item))
    ])
    error_message = "settings.allowed_origins must be * or web origins such as https://app.example, in lower case and without a default port."
  }
  validation {
    condition     = contains(["info", "error", "silent"], coalesce(var.settings.log_level, "info"))
    error_message = "settings.log_level must be info, error or silent."
  }
  validation {
    condition     = var.settings.public_url == null || can(regex("^(https://[^/?#@\\s]+|http://(localhost|127\\.0\\.0\\.1|\\[::1\\])(:\\d{1,5})?)(/[^?#\\s]*)?$", var.settings.public_url))
    error_message = "settings.public_url must be the https URL at which clients reach the endpoint, without query, such as https://mcp.example.com/mcp."
  }
  validation {
    condition     = try(var.settings.max_body_bytes >= 1 && var.settings.max_body_bytes <= 33554432 && floor(var.settings.max_body_bytes) == var.settings.max_body_bytes, true)
    error_message = "settings.max_body_bytes must be a whole number of bytes from 1 to 33554432."
  }
  validation {
    condition     = try(var.settings.request_seconds >= 1 && var.settings.request_seconds <= 600 && floor(var.settings.request_seconds) == var.settings.request_seconds, true)
    error_message = "settings.request_seconds must be a whole number of seconds from 1 to 600."
  }
  validation {
    condition     = try(var.settings.reader_seconds >= 1 && var.settings.reader_seconds <= 600 && floor(var.settings.reader_seconds) == var.settings.reader_seconds, true)
    error_message = "settings.reader_seconds must be a whole number of seconds from 1 to 600."
  }
  validation {
    condition     = try(var.settings.max_header_bytes >= 1024 && var.settings.max_header_bytes <= 65536 && floor(var.settings.max_header_bytes) == var.settings.max_header_bytes, true)
    error_message = "settings.max_header_bytes must be a whole number of bytes from 1024 to 65536."
  }
  validation {
    condition     = try(var.settings.max_json_depth >= 8 && var.settings.max_json_depth <= 1000 && floor(var.settings.max_json_depth) == var.settings.max_json_depth, true)
    error_message = "settings.max_json_depth must be a whole number from 8 to 1000."
  }
  validation {
    condition     = try(var.settings.max_json_keys >= 100 && var.settings.max_json_keys <= 1000000 && floor(var.settings.max_json_keys) == var.settings.max_json_keys, true)
    error_message = "settings.max_json_keys must be a whole number from 100 to 1000000."
  }
  validation {
    condition     = try(var.settings.max_streams >= 1 && var.settings.max_streams <= 10000 && floor(var.settings.max_streams) == var.settings.max_streams, true)
    error_message = "settings.max_streams must be a whole number from 1 to 10000."
  }
  validation {
    condition     = try(var.settings.max_in_flight >= 1 && var.settings.max_in_flight <= 100000 && floor(var.settings.max_in_flight) == var.settings.max_in_flight, true)
    error_message = "settings.max_in_flight must be a whole number from 1 to 100000."
  }
  validation {
    condition = alltrue([
      for item in coalesce(var.settings.rate_limits, []) : can(regex("^(principal|address|session|tool:[\\w./-]{1,128})=([1-9]\\d{0,8})/([1-9]\\d{0,3}|[1-7]\\d{4}|8[0-5]\\d{3}|86[0-3]\\d{2}|86400)$", item))
    ]) && length(coalesce(var.settings.rate_limits, [])) == length(distinct([for item in coalesce(var.settings.rate_limits, []) : split("=", item)[0]]))
    error_message = "settings.rate_limits must be limits such as principal=600/60 or tool:export_notes=10/60 (requests in seconds, at most 86400), each named once."
  }
  validation {
    condition     = var.settings.rate_limits == null || var.session_store != "none"
    error_message = "settings.rate_limits works only with a store: leave it out, or set session_store = \"dynamodb\"."
  }
  validation {
    condition     = try(var.settings.max_output_bytes >= 1024 && var.settings.max_output_bytes <= 33554432 && floor(var.settings.max_output_bytes) == var.settings.max_output_bytes, true)
    error_message = "settings.max_output_bytes must be a whole number of bytes from 1024 to 33554432."
  }
  validation {
    condition     = contains(["enforce", "log"], coalesce(var.settings.policy_mode, "enforce"))
    error_message = "settings.policy_mode must be enforce or log."
  }
  validation {
    condition     = contains(["on", "off"], coalesce(var.settings.audit, "on"))
    error_message = "settings.audit must be on or off."
  }
  validation {
    condition     = try(var.settings.heartbeat_seconds >= 1 && var.settings.heartbeat_seconds <= 200 && floor(var.settings.heartbeat_seconds) == var.settings.heartbeat_seconds, true)
    error_message = "settings.heartbeat_seconds must be a whole number of seconds from 1 to 200."
  }
  validation {
    condition     = try(var.settings.session_seconds >= 60 && var.settings.session_seconds <= 2592000 && floor(var.settings.session_seconds) == var.settings.session_seconds, true)
    error_message = "settings.session_seconds must be a whole number of seconds from 60 to 2592000."
  }
  validation {
    condition     = try(var.settings.session_grace_seconds >= 0 && var.settings.session_grace_seconds <= 31536000 && floor(var.settings.session_grace_seconds) == var.settings.session_grace_seconds, true)
    error_message = "settings.session_grace_seconds must be a whole number of seconds from 0 to 31536000."
  }
  validation {
    condition     = try(var.settings.stream_seconds >= 1 && var.settings.stream_seconds <= 3600 && floor(var.settings.stream_seconds) == var.settings.stream_seconds, true)
    error_message = "settings.stream_seconds must be a whole number of seconds from 1 to 3600."
  }
  validation {
    condition     = contains(["off", "on"], coalesce(var.settings.telemetry_content, "off"))
    error_message = "settings.telemetry_content must be off or on."
  }
  validation {
    condition     = contains(["off", "events", "spans"], coalesce(var.settings.telemetry_store, "off"))
    error_message = "settings.telemetry_store must be off, events or spans."
  }
  validation {
    condition     = contains(["own", "caller"], coalesce(var.settings.telemetry_sampling, "own"))
    error_message = "settings.telemetry_sampling must be own or caller."
  }
}
