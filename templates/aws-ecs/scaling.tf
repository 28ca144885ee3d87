# As many tasks as the work needs: more when their processors are busy for three minutes, fewer when they are not for fifteen.
resource "aws_appautoscaling_target" "server" {
  region             = var.region
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${aws_ecs_cluster.server.name}/${aws_ecs_service.server.name}"
  min_capacity       = var.min_instances
  max_capacity       = var.max_instances
  tags               = local.tags
}

resource "aws_appautoscaling_policy" "processor" {
  region             = var.region
  name               = "processor"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.server.service_namespace
  scalable_dimension = aws_appautoscaling_target.server.scalable_dimension
  resource_id        = aws_appautoscaling_target.server.resource_id

  target_tracking_scaling_policy_configuration {
    # Percent of the processors.
    target_value = 60

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}
