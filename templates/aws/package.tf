# The code of the functions. Nothing is packed while Terraform plans: a plan that one machine makes, another one can apply.
locals {
  packages = {
    server       = { file = var.artefact, hash = fileexists(var.artefact) ? filebase64sha256(var.artefact) : null }
    key_rotation = { file = "${path.module}/key-rotation.zip", hash = filebase64sha256("${path.module}/key-rotation.zip") }
  }
}
