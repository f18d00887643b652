"""P2 provider-lock: A root module does not lock its providers."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.nodes import HOLE, Items, Scalar, Table
from alphaswarm_core.identity.audit.rules.provider_source import required_providers, source_of
from alphaswarm_core.identity.audit.subjects.terraform import TerraformModule


def detect(module: TerraformModule) -> Iterator[Hit]:
    """A missing lock file, entries without hashes, and required providers without an entry."""
    if not module.is_root:
        return
    if module.lock is None:
        if any(True for _ in required_providers(module)) or module.complete:
            yield Hit(1, f"The root module {module.directory} has no readable .terraform.lock.hcl")
        return
    locked: set[str] = set()
    for entry in module.lock.of_type("provider"):
        locked.add(source_of("", Table(((Scalar("source", 1), Scalar(entry.name, 1)),), 1)))
        hashes = entry.body.value("hashes")
        if not isinstance(hashes, Items) or not hashes.nodes:
            yield Hit(entry.line, f"The lock of {entry.name} has no hashes", path=entry.path)
    for block, name, node in required_providers(module):
        source = source_of(name, module.resolved(node))
        if source not in locked and HOLE not in source and "/builtin/" not in source:
            yield Hit(node.line, f"The provider {source!r} is not in the lock file", None, block.path)


RULE = Rule(
    id="provider-lock",
    reference="P2",
    severity=Severity.HIGH,
    applies_to=AppliesTo.TERRAFORM,
    subject=TerraformModule,
    title="A root module does not lock its providers",
    what="A directory with a backend has a `.terraform.lock.hcl` that names every required provider with hashes.",
    why="Without the lock, init takes whatever a registry or a mirror offers, and plan runs it.",
    source="developer.hashicorp.com, Dependency lock file; tfprovidercheck",
    fix="Run terraform providers lock, commit the file, and run init with -lockfile=readonly.",
    detect=detect,
)
