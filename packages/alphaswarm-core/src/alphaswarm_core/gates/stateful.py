"""Resources that hold data: losing one cannot be undone by another apply."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

STATEFUL_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "aws_backup_vault": "backups",
        "aws_cloudwatch_log_group": "logs",
        "aws_codeartifact_domain": "packages",
        "aws_codeartifact_repository": "packages",
        "aws_cognito_user_pool": "the accounts of people",
        "aws_db_instance": "a database",
        "aws_docdb_cluster": "a database",
        "aws_dynamodb_table": "a database",
        "aws_ebs_volume": "a file system",
        "aws_ecr_repository": "images",
        "aws_efs_file_system": "a file system",
        "aws_elasticache_replication_group": "a data store",
        "aws_fsx_lustre_file_system": "a file system",
        "aws_kinesis_stream": "records",
        "aws_kms_key": "the key of everything that is encrypted with it",
        "aws_msk_cluster": "records",
        "aws_neptune_cluster": "a database",
        "aws_opensearch_domain": "documents",
        "aws_rds_cluster": "a database",
        "aws_redshift_cluster": "a database",
        "aws_s3_bucket": "objects",
        "aws_secretsmanager_secret": "a secret",
        "aws_secretsmanager_secret_version": "a secret",
        "aws_sqs_queue": "messages",
    }
)
"""Resource type → what it holds."""


def losses(changes: Iterable[tuple[str, str]]) -> list[str]:
    """What would be lost, in words.

    Args:
        changes: (address, type) of every resource that would be destroyed or replaced.
    """
    return [f"{address} holds {STATEFUL_TYPES[kind]}" for address, kind in changes if kind in STATEFUL_TYPES]
