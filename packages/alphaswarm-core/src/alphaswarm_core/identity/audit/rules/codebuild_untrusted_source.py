"""C2 codebuild-untrusted-source: A build runs what a pull request says."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity, undecided
from alphaswarm_core.identity.audit.nodes import HOLE, Scalar, Unknown, text_of
from alphaswarm_core.identity.audit.reading.hcl_tree import Block
from alphaswarm_core.identity.audit.subjects.terraform import TerraformModule

_NO_REPOSITORY = ("S3", "NO_SOURCE", "CODEPIPELINE")
_INLINE = ("file(", "templatefile(", "yamlencode(", "join(")


def detect(module: TerraformModule) -> Iterator[Hit]:
    """Pull request events, and buildspecs that lie in the repository."""
    for webhook in module.blocks("resource", "aws_codebuild_webhook"):
        yield from _pull_requests(webhook)
    for project in module.blocks("resource", "aws_codebuild_project"):
        for source in project.body.of_type("source"):
            kind = module.resolved(source.body.value("type") or Scalar("", source.line))
            if text_of(kind) not in _NO_REPOSITORY:
                yield from _buildspec(module, project, source)


def _pull_requests(webhook: Block) -> Iterator[Hit]:
    policy = next(webhook.body.of_type("pull_request_build_policy"), None)
    approved = policy is not None and text_of(policy.body.value("requires_comment_approval")) not in ("", "DISABLED")
    for group in webhook.body.of_type("filter_group"):
        for each in group.body.of_type("filter"):
            if "PULL_REQUEST" in text_of(each.body.value("pattern")) and text_of(each.body.value("type")) == "EVENT":
                severity = Severity.MEDIUM if approved else Severity.HIGH
                yield Hit(each.line, f"{webhook.address} builds pull requests", severity, each.path)


def _buildspec(module: TerraformModule, project: Block, source: Block) -> Iterator[Hit]:
    attribute = source.body.attribute("buildspec")
    node = module.resolved(attribute.value) if attribute else Scalar("", source.line)
    line = attribute.line if attribute else source.line
    if isinstance(node, Unknown) and not node.source.startswith(_INLINE):
        yield undecided(line, f"{project.address}: where its buildspec comes from is not known", source.path)
    if not isinstance(node, Scalar):
        return
    inline = "\n" in node.text or node.text.startswith(("arn:", "version:"))
    if not inline:
        name = node.text.replace(HOLE, "…") or "buildspec.yml"
        yield Hit(line, f"{project.address} takes {name!r} from its source repository", path=source.path)


RULE = Rule(
    id="codebuild-untrusted-source",
    reference="C2",
    severity=Severity.HIGH,
    applies_to=AppliesTo.TERRAFORM,
    subject=TerraformModule,
    title="A build runs what a pull request says",
    what="No webhook on pull request events; no project whose buildspec comes from its source repository.",
    why="Whoever can open a pull request, or push a branch, then writes the commands that run as the build's role.",
    source="AWS-2025-016; aws.amazon.com/blogs/security, Implementing defense for CodeBuild pipelines",
    fix="Give the buildspec inline or from S3, and start builds from the pipeline only.",
    detect=detect,
)
