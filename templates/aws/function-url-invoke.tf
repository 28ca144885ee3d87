# The second permission that a public Function URL needs. Only by way of the URL: nobody may call Lambda's API with it.
resource "aws_lambda_permission" "public_invoke" {
  count = var.gateway == null && var.auth != "iam" ? 1 : 0

  region                   = var.region
  statement_id             = "PublicInvoke"
  action                   = "lambda:InvokeFunction"
  function_name            = aws_lambda_function.server.function_name
  qualifier                = aws_lambda_alias.live.name
  principal                = "*"
  invoked_via_function_url = true
}
