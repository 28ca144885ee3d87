# A name of one's own, with a certificate that Google makes once the name points here. Domain mappings are a preview, and only
# some regions have them ("Map custom domains"); the domain has to be verified as yours first: see README.md. Idle: nothing.
resource "google_cloud_run_domain_mapping" "server" {
  count = var.custom_domain == null ? 0 : 1

  project  = var.project
  name     = var.custom_domain.name
  location = var.region

  metadata {
    namespace = var.project
  }

  spec {
    route_name = google_cloud_run_v2_service.server.name
  }
}

data "google_dns_managed_zone" "domain" {
  count = try(var.custom_domain.zone, null) == null ? 0 : 1

  project = var.project
  name    = var.custom_domain.zone

  lifecycle {
    postcondition {
      condition     = endswith("${var.custom_domain.name}.", ".${self.dns_name}")
      error_message = "custom_domain.name must lie below the domain of the zone: take such a name, or leave the zone out and write the records yourself."
    }
  }
}

# The DNS record that the mapping needs for every name that is not the zone's own.
resource "google_dns_record_set" "server" {
  count = length(data.google_dns_managed_zone.domain)

  project      = var.project
  managed_zone = data.google_dns_managed_zone.domain[0].name
  name         = "${var.custom_domain.name}."
  type         = "CNAME"
  ttl          = 300
  rrdatas      = ["ghs.googlehosted.com."]
}
