mock_resource "aws_dynamodb_table" {
  defaults = {
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/notes"
  }
}

mock_data "aws_dynamodb_table" {
  defaults = {
    arn       = "arn:aws:dynamodb:eu-west-1:123456789012:table/shared"
    hash_key  = "pk"
    range_key = "sk"
  }
}

mock_resource "aws_iam_openid_connect_provider" {
  defaults = {
    arn = "arn:aws:iam::123456789012:oidc-provider/sts.windows.net/11111111-1111-1111-1111-111111111111/"
  }
}

mock_resource "aws_iam_role" {
  defaults = {
    id  = "notes-1"
    arn = "arn:aws:iam::123456789012:role/notes-1"
  }
}
