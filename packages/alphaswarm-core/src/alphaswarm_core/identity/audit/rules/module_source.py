"""P1 module-source: A module comes from outside the allowed sources."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity, undecided
from alphaswarm_core.identity.audit.nodes import HOLE, text_of
from alphaswarm_core.identity.audit.subjects.terraform import TerraformModule

_ADDRESSES = ("::", "://", "git@", "github.com/", "bitbucket.org/")


def detect(module: TerraformModule) -> Iterator[Hit]:
    """Sources that are neither local nor allowed; ones that are no registry's weigh more."""
    for block in module.blocks("module"):
        source = block.body.attribute("source")
        node = module.resolved(source.value) if source else None
        line = source.line if source else block.line
        text = text_of(node)
        if source is None or HOLE in text:
            yield undecided(line, f"{block.address}: its source is not known", block.path)
        elif not text.startswith(("./", "../")) and not _allowed(text, module.expectations.modules):
            severity = Severity.HIGH if any(each in text for each in _ADDRESSES) else Severity.MEDIUM
            yield Hit(line, f"{block.address} comes from {text[:120]!r}, which is not allowed", severity, block.path)


def _allowed(source: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(source, pattern) for pattern in patterns)


RULE = Rule(
    id="module-source",
    reference="P1",
    severity=Severity.MEDIUM,
    applies_to=AppliesTo.TERRAFORM,
    subject=TerraformModule,
    title="A module comes from outside the allowed sources",
    what="Every `module` has a local source, or one that the repository declares as allowed.",
    why="A module is code. Whoever controls its source controls what is planned and applied.",
    source="about.gitlab.com, Terraform as part of the software supply chain",
    fix="Vendor the module, or allow its source under `modules` in .alphaswarm-audit.toml.",
    detect=detect,
)
