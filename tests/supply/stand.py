"""A local cloud with a repository, a project whose settings know it, and the program as a person starts it."""

import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3

from alphaswarm_core.adapters.image_registry import ImageRegistry, RegistryAddress, ecr_authorization
from alphaswarm_core.canonical import sha256_hex
from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_core.supply.images import OCI_INDEX, OCI_MANIFEST, Fetched
from alphaswarm_core.supply.references import Repository, ecr_repository

ACCOUNTS = {"dev": "111111111111", "staging": "222222222222", "prod": "333333333333"}
SERVICE = ecr_repository(ACCOUNTS["dev"], "us-east-1", "alphaswarm-admin")
_PASSED_ON = ("PATH", "LANG", "TMPDIR")


@dataclass(frozen=True)
class Ended:
    """A call of the program that has ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Workplace:
    """The project in `root`, and its local cloud."""

    root: Path
    cloud: LocalCloudAddress

    def run(self, *words: str, env: Mapping[str, str] | None = None) -> Ended:
        """Call `alphaswarm` and wait for its end."""
        given = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        ended = subprocess.run(
            [sys.executable, "-m", "alphaswarm", *words],
            cwd=self.root,
            env={**given, "HOME": str(self.root.parent), **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
            text=True,
        )
        assert "Traceback" not in ended.stderr, ended.stderr
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def succeed(self, *words: str, **options: Any) -> Ended:
        ended = self.run(*words, **options)
        assert ended.code == 0, f"{words}: {ended.code}\n{ended.out}\n{ended.err}"
        return ended

    def ecr(self) -> Any:
        return self.client("ecr")

    def client(self, service: str) -> Any:
        keys = self.cloud.accounts["dev"]
        return boto3.client(
            service,
            endpoint_url=self.cloud.endpoint,
            region_name=self.cloud.region,
            aws_access_key_id=keys.access_key_id,
            aws_secret_access_key=keys.secret_access_key,
        )

    def registry(self) -> ImageRegistry:
        base = f"{self.cloud.url('registry')}/{ACCOUNTS['dev']}"
        return ImageRegistry(lambda _: RegistryAddress(base, lambda: ecr_authorization(self.ecr())))

    @property
    def host(self) -> str:
        return urlsplit(self.cloud.endpoint).netloc


def push_image(registry: ImageRegistry, note: str, tag: str = "", repository: Repository = SERVICE) -> str:
    """An image of two platforms; the index's digest."""
    members = [_push_member(registry, repository, architecture, note) for architecture in ("amd64", "arm64")]
    index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": members}
    made = Fetched(json.dumps(index).encode(), OCI_INDEX)
    registry.put_manifest(repository, tag or made.digest, made)
    return made.digest


def _push_member(registry: ImageRegistry, repository: Repository, architecture: str, note: str) -> dict[str, Any]:
    layer = _layer(note)
    about = {"os": "linux", "architecture": architecture, "config": {}}
    config = json.dumps({**about, "rootfs": {"type": "layers", "diff_ids": [_digest(layer)]}}).encode()
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": registry.push_blob(repository, config),
            "size": len(config),
        },
        "layers": [
            {
                "mediaType": "application/vnd.oci.image.layer.v1.tar",
                "digest": registry.push_blob(repository, layer),
                "size": len(layer),
            }
        ],
    }
    made = Fetched(json.dumps(document).encode(), OCI_MANIFEST)
    registry.put_manifest(repository, made.digest, made)
    platform = {"os": "linux", "architecture": architecture}
    return {"mediaType": OCI_MANIFEST, "digest": made.digest, "size": len(made.content), "platform": platform}


def _digest(content: bytes) -> str:
    return f"sha256:{sha256_hex(content)}"


def _layer(note: str) -> bytes:
    """A file system with one Python package, so that there is something to list."""
    buffer = io.BytesIO()
    files = {
        "usr/lib/python3/dist-packages/demo-1.0.dist-info/METADATA": f"Name: demo\nVersion: 1.0\nSummary: {note}\n",
    }
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return buffer.getvalue()
