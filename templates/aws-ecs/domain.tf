# The record of the name, where the zone is Route 53's.
resource "aws_route53_record" "server" {
  count = var.custom_domain.zone == null ? 0 : 1

  zone_id = var.custom_domain.zone
  name    = var.custom_domain.name
  type    = "A"

  alias {
    name                   = aws_lb.server.dns_name
    zone_id                = aws_lb.server.zone_id
    evaluate_target_health = false
  }
}
