mock_provider "aws" {
  mock_resource "aws_db_instance" {
    defaults = { master_user_secret = [{ secret_arn = "arn:aws:secretsmanager:us-east-1:111111111111:secret:rds", secret_status = "active", kms_key_id = "1" }] }
  }
}

variables {
  name               = "alphaswarm-ledger-dev"
  vpc_id             = "vpc-1"
  subnet_ids         = ["subnet-1", "subnet-2"]
  instance_class     = "db.t4g.micro"
  storage_gib        = 20
  backup_days        = 7
  multi_az           = false
  log_retention_days = 14
  kms_key_arn        = "arn:aws:kms:us-east-1:111111111111:key/1"
}

run "is_encrypted_private_and_backed_up" {
  command = plan

  assert {
    condition     = aws_db_instance.this.storage_encrypted && aws_db_instance.this.kms_key_id == var.kms_key_arn
    error_message = "Encrypted with the environment's key."
  }

  assert {
    condition     = !aws_db_instance.this.publicly_accessible
    error_message = "No public address."
  }

  assert {
    condition     = aws_db_instance.this.backup_retention_period == 7 && aws_db_instance.this.deletion_protection && aws_db_instance.this.skip_final_snapshot != true
    error_message = "Backups, no deletion by mistake, and a last snapshot when it is meant."
  }
}

run "has_no_password_in_plan_or_state" {
  command = plan

  assert {
    condition     = aws_db_instance.this.manage_master_user_password && aws_db_instance.this.password == null
    error_message = "RDS makes the password and keeps it."
  }
}

run "is_reached_by_its_clients_only" {
  command = apply

  assert {
    condition     = aws_vpc_security_group_ingress_rule.from_clients.referenced_security_group_id == aws_security_group.clients.id && aws_vpc_security_group_ingress_rule.from_clients.cidr_ipv4 == null
    error_message = "By group, never by address."
  }

  assert {
    condition     = contains([for parameter in aws_db_parameter_group.this.parameter : "${parameter.name}=${parameter.value}"], "rds.force_ssl=1")
    error_message = "Over TLS only."
  }
}

run "has_a_standby_where_it_is_asked_for" {
  command = plan

  variables {
    multi_az = true
  }

  assert {
    condition     = aws_db_instance.this.multi_az
    error_message = "A standby in another zone."
  }
}

run "refuses_too_few_backups" {
  command = plan

  variables {
    backup_days = 1
  }

  expect_failures = [var.backup_days]
}

run "refuses_a_single_zone" {
  command = plan

  variables {
    subnet_ids = ["subnet-1"]
  }

  expect_failures = [var.subnet_ids]
}

run "refuses_an_old_postgresql" {
  command = plan

  variables {
    engine_version = "12.4"
  }

  expect_failures = [var.engine_version]
}

run "refuses_a_name_that_rds_refuses" {
  command = plan

  variables {
    name = "Ledger--dev"
  }

  expect_failures = [var.name]
}

run "refuses_a_class_of_something_else" {
  command = plan

  variables {
    instance_class = "m7g.large"
  }

  expect_failures = [var.instance_class]
}

run "refuses_less_storage_than_there_is" {
  command = plan

  variables {
    storage_gib = 5
  }

  expect_failures = [var.storage_gib]
}

run "refuses_a_database_that_is_a_statement" {
  command = plan

  variables {
    database = "ledger;"
  }

  expect_failures = [var.database]
}
