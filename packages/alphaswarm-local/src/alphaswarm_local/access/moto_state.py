"""What of moto's state an authorization needs besides IAM: true ARNs, resource policies, how a parameter is encrypted.

Read from moto's own objects in this process, for each call anew. A call before its service was ever loaded loads it.
"""

from typing import Any, Literal

_ACCOUNT_FIELD = 4


class MotoState:
    """Answers about existing resources; for those that do not exist, what their ARN would be."""

    def key_arn(self, account_id: str, region: str, name: str) -> str:
        """The ARN of the key that `name` (id, ARN, alias or alias's ARN) means."""
        backend = _backend("kms", account_id, region)
        try:
            key = backend.keys.get(backend.any_id_to_key_id(name))
        except (AttributeError, KeyError, TypeError):  # moto trips over aliases that do not exist
            key = None
        if key is not None:
            return str(key.arn)
        return name if name.startswith("arn:") else f"arn:aws:kms:{region}:{account_id}:key/{name}"

    def existing_key(self, account_id: str, region: str, name: str) -> str | None:
        """The ARN of the key that `name` means; None where there is none."""
        arn = self.key_arn(account_id, region, name)
        return arn if arn.rpartition("/")[2] in _backend("kms", account_id, region).keys else None

    def secret_arn(self, account_id: str, region: str, name: str) -> str:
        """The ARN of the secret that `name` (name, ARN, part of an ARN) means, with its six letters."""
        secret = _backend("secretsmanager", account_id, region).secrets.get(name)
        if secret is not None:
            return str(secret.arn)
        return name if name.startswith("arn:") else f"arn:aws:secretsmanager:{region}:{account_id}:secret:{name}-??????"

    def bucket_owner(self, bucket: str, caller: str) -> str:
        """The account that owns `bucket`; `caller` where it does not exist."""
        from moto.s3.models import s3_backends  # noqa: PLC0415 - only after `Moto.prepare`

        return str(s3_backends.bucket_accounts.get(bucket, ("aws", caller))[1])

    def encrypting_keys(self, account_id: str, region: str, names: list[str], path: str | None) -> set[str]:
        """The keys (as they were named) of the encrypted parameters among `names`, or below `path`."""
        stored = _backend("ssm", account_id, region)._parameters  # noqa: SLF001 - moto has no other way
        wanted = [name for name in list(stored) if path is not None and name.startswith(f"{path.rstrip('/')}/")]
        wanted += [name.split(":parameter", 1)[-1].partition(":")[0] for name in names]
        found = (stored[name][-1] for name in wanted if dict.__contains__(stored, name) and dict.get(stored, name))
        return {str(each.keyid) for each in found if each.parameter_type == "SecureString"}

    def resource_policy(self, arn: str) -> str | None:
        """The policy of the bucket, object, key, secret or repository; None where there is none."""
        fields = arn.split(":", 5)
        if len(fields) <= _ACCOUNT_FIELD + 1:
            return None
        service, region, account, name = fields[2], fields[3], fields[4], fields[5]
        match service:
            case "s3":
                return self._bucket_policy(name.partition("/")[0])
            case "kms" if name.startswith("key/"):
                return _policy(_backend("kms", account, region).keys.get(name.removeprefix("key/")))
            case "secretsmanager":
                return _policy(_backend("secretsmanager", account, region).secrets.get(arn))
            case "ecr" if name.startswith("repository/"):
                return _policy(_backend("ecr", account, region).repositories.get(name.removeprefix("repository/")))
        return None

    def _bucket_policy(self, bucket: str) -> str | None:
        owner = self.bucket_owner(bucket, "")
        return _policy(_backend("s3", owner, "aws").buckets.get(bucket)) if owner else None


_Name = Literal["ecr", "kms", "s3", "secretsmanager", "ssm"]


def _backend(service: _Name, account_id: str, region: str) -> Any:
    from moto.backends import get_backend  # noqa: PLC0415 - only after `Moto.prepare`

    return get_backend(service)[account_id][region]


def _policy(resource: Any) -> str | None:
    text = getattr(resource, "policy", None)
    return text.decode(errors="replace") if isinstance(text, bytes) else text or None
