mock_resource "random_string" {
  defaults = {
    result = "abc123"
  }
}

mock_resource "random_bytes" {
  defaults = {
    base64 = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
  }
}

mock_resource "random_uuid" {
  defaults = {
    result = "66666666-6666-6666-6666-666666666666"
  }
}
