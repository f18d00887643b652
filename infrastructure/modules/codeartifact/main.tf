# The private package index. Two repositories, so that what comes from outside and what is our own are never one: builds ask
# `repository`, and only `store` asks the public index.
resource "aws_codeartifact_domain" "this" {
  domain         = var.domain
  encryption_key = var.kms_key_arn
}

resource "aws_codeartifact_repository" "store" {
  domain      = aws_codeartifact_domain.this.domain
  repository  = var.store
  description = "What was fetched from the public index, kept"

  external_connections {
    external_connection_name = "public:pypi"
  }
}

resource "aws_codeartifact_repository" "internal" {
  domain      = aws_codeartifact_domain.this.domain
  repository  = var.repository
  description = "Our own packages; others through ${var.store}"

  upstream {
    repository_name = aws_codeartifact_repository.store.repository
  }
}
