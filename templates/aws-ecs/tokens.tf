variable "tokens" {
  description = <<-EOT
    Whose access tokens the server accepts, with auth = "jwt". issuers: the authorization servers, as docs/access.md has them,
    each URL to the letter as iss of its tokens has it; audiences are the endpoint's URL by default. required_scopes: what
    every request needs.
  EOT
  type = object({
    issuers = list(object({
      issuer          = string
      audiences       = optional(list(string))
      audience_claim  = optional(string)
      jwks_uri        = optional(string)
      algorithms      = optional(list(string))
      scope_claim     = optional(string)
      client_id_claim = optional(string)
      required_claims = optional(map(list(string)))
    }))
    required_scopes = optional(list(string), [])
  })
  default = null

  validation {
    condition     = var.auth != "jwt" || var.tokens != null
    error_message = "tokens must say whose tokens are accepted where auth is \"jwt\"."
  }
  validation {
    condition     = var.auth == "jwt" || var.tokens == null
    error_message = "tokens are for auth = \"jwt\": nothing verifies them otherwise, so leave them out."
  }
  # As src/config/token-issuer.ts has them: a value that it refuses would be found out by the first request.
  validation {
    condition = var.tokens == null || try(length(var.tokens.issuers) > 0 && length(var.tokens.issuers) == length(distinct(var.tokens.issuers[*].issuer)) && alltrue([
      for url in concat(var.tokens.issuers[*].issuer, compact(var.tokens.issuers[*].jwks_uri)) : can(regex("^https://[^/?#@\\s]+(/[^?#\\s]*)?$", url))
    ]), false)
    error_message = "tokens must have https URLs, without query, as issuer and jwks_uri: one issuer at least, and none of them twice."
  }
  validation {
    condition = alltrue([
      for one in try(var.tokens.issuers, []) : alltrue([
        for names in concat([one.audiences, one.algorithms], try(values(one.required_claims), [])) : try(length(names) > 0 && !contains(names, ""), names == null)
      ]) && one.audience_claim != "" && one.scope_claim != "" && one.client_id_claim != ""
    ])
    error_message = "tokens must not have empty lists or names in an issuer: leave out what has a default."
  }
  validation {
    condition = alltrue(flatten([
      for one in try(var.tokens.issuers, []) : [
        for name in coalesce(one.algorithms, []) : contains(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"], name)
      ]
    ]))
    error_message = "tokens must be signed with a key pair: algorithms are of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA and Ed25519."
  }
  validation {
    condition     = alltrue([for one in try(var.tokens.issuers, []) : try(one.audience_claim != "client_id", true) || one.audiences != null])
    error_message = "tokens with audience_claim = \"client_id\" need audiences: the ids of the clients to let in."
  }
  validation {
    condition     = alltrue([for scope in try(var.tokens.required_scopes, []) : can(regex("^[!#-+.-\\[\\]-~-]+$", scope))])
    error_message = "tokens.required_scopes must be scopes, without spaces, commas and quotes."
  }
}

locals {
  # In the names that the server's variable has; what is null is left out.
  token_issuers = [
    for one in try(var.tokens.issuers, []) : {
      for name, value in {
        issuer         = one.issuer
        audiences      = one.audiences
        audienceClaim  = one.audience_claim
        jwksUri        = one.jwks_uri
        algorithms     = one.algorithms
        scopeClaim     = one.scope_claim
        clientIdClaim  = one.client_id_claim
        requiredClaims = one.required_claims
      } : name => value if value != null
    }
  ]
  required_scopes = try(var.tokens.required_scopes, [])

  # Whether the server has to know the URL that clients know.
  names_url = var.auth == "jwt" || var.settings.public_url != null

  # The audience of access tokens.
  public_url = coalesce(var.settings.public_url, "https://${var.custom_domain.name}${local.path}")
}
