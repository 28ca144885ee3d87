# A custom domain. Clients look for `/.well-known/…` at the root of the host, where a stage of API Gateway serves nothing;
# with a custom domain, it does.
resource "aws_api_gateway_domain_name" "server" {
  count = var.custom_domain == null ? 0 : 1

  region                   = var.region
  domain_name              = var.custom_domain.name
  regional_certificate_arn = var.custom_domain.certificate
  security_policy          = "TLS_1_2"
  tags                     = local.tags

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_base_path_mapping" "server" {
  count = length(aws_api_gateway_domain_name.server)

  region      = var.region
  api_id      = aws_api_gateway_rest_api.server[0].id
  stage_name  = aws_api_gateway_stage.live[0].stage_name
  domain_name = aws_api_gateway_domain_name.server[0].domain_name
}

resource "aws_route53_record" "server" {
  count = try(var.custom_domain.zone, null) == null ? 0 : 1

  zone_id = var.custom_domain.zone
  name    = var.custom_domain.name
  type    = "A"

  alias {
    name                   = aws_api_gateway_domain_name.server[0].regional_domain_name
    zone_id                = aws_api_gateway_domain_name.server[0].regional_zone_id
    evaluate_target_health = false
  }
}
