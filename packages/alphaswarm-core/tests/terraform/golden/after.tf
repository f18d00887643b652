variable "password" {
  type      = string
  sensitive = true
  default   = "hunter3-in-the-clear"
}
variable "run_id" { default = "the-run" }
variable "labels" { default = { a = "b" } }

resource "terraform_data" "kept" { input = "same" }
resource "terraform_data" "changed" { input = { name = "new", secret = var.password } }
resource "terraform_data" "replaced" {
  input            = "a"
  triggers_replace = ["two"]
}
removed {
  from = terraform_data.forgotten
  lifecycle { destroy = false }
}
resource "terraform_data" "new_name" { input = "moved" }
moved {
  from = terraform_data.old_name
  to   = terraform_data.new_name
}
resource "terraform_data" "many" {
  count = 1
  input = count.index
}
resource "terraform_data" "imported" {}
import {
  to = terraform_data.imported
  id = "an-id-from-elsewhere"
}
resource "terraform_data" "created" { input = terraform_data.replaced.id }
resource "terraform_data" "created_with_secret" { input = { plain = "p", nested = [var.password, "seen"] } }

output "fixed" { value = "same" }
output "new" { value = terraform_data.created.id }
output "secret" {
  value     = var.password
  sensitive = true
}
