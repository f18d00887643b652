"""Words about images."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alphaswarm_core.supply.images import Image
    from alphaswarm_core.supply.scanning import Scan
    from alphaswarm_core.supply.verifying import ImageVerdict


def verdict_text(verdict: "ImageVerdict") -> str:
    """Every check with its answer, and what was set aside."""
    wide = max(len(each.name) for each in verdict.checks)
    lines = [f"{verdict.repository}@{verdict.digest}"]
    lines += [f"  {'ok' if each.passed else 'NO'}  {each.name:{wide}}  {each.detail}" for each in verdict.checks]
    if verdict.set_aside:
        lines.append("Set aside, and proving nothing:")
        lines += [f"  {each.kind}: {each.check}: {each.why}" for each in verdict.set_aside]
    refused = verdict.refused_by
    lines.append(f"The image may not run: {refused.name} says no." if refused else "The image may run.")
    return "\n".join(lines)


def verdict_document(verdict: "ImageVerdict", environment: str) -> dict[str, Any]:
    """The same as data."""
    signer, refused = verdict.signer, verdict.refused_by
    return {
        "repository": str(verdict.repository),
        "digest": verdict.digest,
        "platforms": list(verdict.image.platforms) if verdict.image else [],
        "environment": environment,
        "passed": verdict.passed,
        "refused_by": refused.name if refused else None,
        "checks": [{"name": each.name, "passed": each.passed, "detail": each.detail} for each in verdict.checks],
        "set_aside": [{"kind": each.kind, "check": each.check, "why": each.why} for each in verdict.set_aside],
        "signer": None
        if signer is None
        else {"workflow": signer.uri, "commit": signer.commit, "ref": signer.ref, "run": signer.run_uri},
    }


def beside_text(image: "Image", bundles: Sequence[Mapping[str, Any]]) -> str:
    """What is beside an image; a digest is shortened to tell the platforms apart."""
    lines = [f"{image.repository}@{image.digest} ({', '.join(image.platforms)})"]
    for each in bundles:
        who = f"by {each['signer']}" if each["holds"] else f"does not hold: {each['check']}: {each['why']}"
        lines.append(f"  {each['about'][7:19]}  {each['kind']:36}  {who}")
    return "\n".join(lines) if bundles else f"{lines[0]}\nThere is nothing beside it."


def scan_text(scan: "Scan") -> str:
    """What refuses, what is let pass and by whom, and who looked."""
    verdict = scan.verdict
    lines = [f"{each.severity.name:10}  {each.vulnerability}  {each.package} {each.version}" for each in scan.refusing]
    lines += [
        f"{'let pass':10}  {each.vulnerability}  {each.package} {each.version}, by {waiver.owner} until {waiver.until}"
        for each, waiver in scan.findings
        if waiver is not None
    ]
    looked = ", ".join(f"{name} {version}" for name, version in verdict.scanners.items())
    left_out = (
        f"; without {', '.join(verdict.without)}, so unfit where somebody has to approve" if verdict.without else ""
    )
    lines.append(f"Looked at by {looked}{left_out}")
    lines.append(
        f"Nothing reaches {verdict.limit.name}."
        if verdict.passed
        else f"{len(scan.refusing)} reach {verdict.limit.name}: take fixed versions, or have somebody answer for them."
    )
    return "\n".join(lines)
