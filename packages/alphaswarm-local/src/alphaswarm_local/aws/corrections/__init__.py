"""Where moto's answer differs from AWS's so that Terraform sees a difference, and what makes it right.

One small function a wrong answer, registered for the operations that it corrects. Each says what AWS answers and why
it matters; each is proved by applying and planning again with the real provider. To add one, write a function in
the module of its service and register it; a new module is imported here.
"""

from alphaswarm_local.aws.corrections import cognito, ec2, ecs, eks, rds, s3
from alphaswarm_local.aws.corrections.registry import Asked, correct, corrected_operations, corrects

__all__ = ["Asked", "cognito", "correct", "corrected_operations", "corrects", "ec2", "ecs", "eks", "rds", "s3"]
