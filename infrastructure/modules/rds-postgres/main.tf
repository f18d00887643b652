# The ledger's database. One instance: the ledger is small, and what it needs is not to be lost and not to be reached.
locals {
  major = split(".", var.engine_version)[0]
}

resource "aws_db_subnet_group" "this" {
  name        = var.name
  description = "The private subnets of ${var.name}"
  subnet_ids  = var.subnet_ids
}

resource "aws_security_group" "database" {
  name        = "${var.name}-database"
  description = "PostgreSQL, from its clients only"
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-database" }
}

# Whoever is to reach the database gets this group, and no address range opens it.
resource "aws_security_group" "clients" {
  name        = "${var.name}-clients"
  description = "Who may reach ${var.name}"
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-clients" }
}

resource "aws_vpc_security_group_ingress_rule" "from_clients" {
  security_group_id            = aws_security_group.database.id
  description                  = "PostgreSQL from its clients"
  referenced_security_group_id = aws_security_group.clients.id
  from_port                    = 5432
  to_port                      = 5432
  ip_protocol                  = "tcp"
}

resource "aws_vpc_security_group_egress_rule" "to_database" {
  security_group_id            = aws_security_group.clients.id
  description                  = "PostgreSQL on the database"
  referenced_security_group_id = aws_security_group.database.id
  from_port                    = 5432
  to_port                      = 5432
  ip_protocol                  = "tcp"
}

# Who changed the schema or failed to log in is evidence too, and nothing travels in the clear.
resource "aws_db_parameter_group" "this" {
  name        = var.name
  family      = "postgres${local.major}"
  description = "PostgreSQL of ${var.name}"

  dynamic "parameter" {
    for_each = { log_connections = "1", log_disconnections = "1", log_statement = "ddl", "rds.force_ssl" = "1" }

    content {
      name  = parameter.key
      value = parameter.value
    }
  }
}

resource "aws_db_instance" "this" {
  identifier = var.name
  db_name    = var.database

  engine                     = "postgres"
  engine_version             = var.engine_version
  auto_minor_version_upgrade = true
  instance_class             = var.instance_class
  parameter_group_name       = aws_db_parameter_group.this.name
  apply_immediately          = false

  allocated_storage     = var.storage_gib
  max_allocated_storage = var.storage_gib * 5
  storage_type          = "gp3"
  storage_encrypted     = true
  kms_key_id            = var.kms_key_arn

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.database.id]
  publicly_accessible    = false
  multi_az               = var.multi_az

  # RDS makes the password, keeps it in Secrets Manager and changes it: it is in no plan and in no state.
  username                            = "postgres"
  manage_master_user_password         = true
  master_user_secret_kms_key_id       = var.kms_key_arn
  iam_database_authentication_enabled = true

  backup_retention_period   = var.backup_days
  backup_window             = "03:00-04:00"
  maintenance_window        = "sun:04:30-sun:05:30"
  copy_tags_to_snapshot     = true
  deletion_protection       = true
  final_snapshot_identifier = "${var.name}-final"

  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.kms_key_arn

  depends_on = [aws_cloudwatch_log_group.database]
}

# Made here so that they have a retention and a key; RDS would make them with neither.
resource "aws_cloudwatch_log_group" "database" {
  for_each = toset(["postgresql", "upgrade"])

  name              = "/aws/rds/instance/${var.name}/${each.key}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}
