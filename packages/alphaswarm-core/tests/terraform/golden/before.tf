variable "password" {
  type      = string
  sensitive = true
  default   = "hunter2-in-the-clear"
}

resource "terraform_data" "kept" { input = "same" }
resource "terraform_data" "changed" { input = { name = "old", secret = var.password } }
resource "terraform_data" "replaced" {
  input            = "a"
  triggers_replace = ["one"]
}
resource "terraform_data" "gone" { input = var.password }
resource "terraform_data" "forgotten" { input = "forget me" }
resource "terraform_data" "old_name" { input = "moved" }
resource "terraform_data" "many" {
  count = 2
  input = count.index
}

output "fixed" { value = "same" }
output "removed" { value = "x" }
