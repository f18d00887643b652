resource "aws_security_group" "tasks" {
  name_prefix = "${var.name_prefix}-fargate-tasks-${var.environment}-"
  description = "Fargate tasks: traffic from the load balancer only"
  vpc_id      = var.vpc_id

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "from_alb" {
  for_each = var.services

  security_group_id            = aws_security_group.tasks.id
  description                  = "${each.key} from the load balancer"
  referenced_security_group_id = var.alb_security_group_id
  from_port                    = each.value.port
  to_port                      = each.value.port
  ip_protocol                  = "tcp"
}

# The other end of the same path: the load balancer reaches these ports of these tasks, and nothing else in the VPC.
resource "aws_vpc_security_group_egress_rule" "alb_to_tasks" {
  for_each = var.services

  security_group_id            = var.alb_security_group_id
  description                  = "${each.key} on the tasks"
  referenced_security_group_id = aws_security_group.tasks.id
  from_port                    = each.value.port
  to_port                      = each.value.port
  ip_protocol                  = "tcp"
}

# Image layers, secrets, logs and AWS's own endpoints; they have no fixed addresses. Through the NAT gateway.
resource "aws_vpc_security_group_egress_rule" "https" {
  security_group_id = aws_security_group.tasks.id
  description       = "HTTPS to ECR, Secrets Manager, CloudWatch and other AWS endpoints"
  cidr_ipv4         = "0.0.0.0/0"
  from_port         = 443
  to_port           = 443
  ip_protocol       = "tcp"
}
