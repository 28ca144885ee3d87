# Packs the output of `mcp-anycloud build` as Lambda takes it. It has a file of its own, so that a user's pipeline can replace it.
data "archive_file" "server" {
  type             = "zip"
  source_dir       = var.artefact
  output_path      = "${path.module}/.terraform/archives/${var.name}.zip"
  output_file_mode = "0644"

  lifecycle {
    precondition {
      condition     = fileexists("${var.artefact}/index.mjs")
      error_message = "artefact is a folder without index.mjs: run `mcp-anycloud build --target aws` first, or say where the build is."
    }
  }
}

data "archive_file" "key_rotation" {
  type             = "zip"
  source_dir       = "${path.module}/../../stacks/key-rotation"
  output_path      = "${path.module}/.terraform/archives/${var.name}-key-rotation.zip"
  output_file_mode = "0644"
}

locals {
  packages = {
    server       = { file = data.archive_file.server.output_path, hash = data.archive_file.server.output_base64sha256 }
    key_rotation = { file = data.archive_file.key_rotation.output_path, hash = data.archive_file.key_rotation.output_base64sha256 }
  }
}
