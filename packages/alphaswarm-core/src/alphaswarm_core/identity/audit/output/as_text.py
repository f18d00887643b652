"""The report for people: by file, worst first in each line's order, with the reason and the way out."""

from itertools import groupby

from alphaswarm_core.identity.audit.model import AuditReport, Finding, Severity


def as_text(report: AuditReport, *, verbose: bool = False) -> str:
    """The report as lines of text, without colours.

    Args:
        report: What to show.
        verbose: Excepted findings too.
    """
    shown = [finding for finding in report.findings if verbose or finding.waiver is None]
    blocks: list[str] = []
    explained: set[str] = set()
    for path, findings in groupby(shown, key=lambda finding: finding.path):
        rows = [_printable(path)]
        for finding in findings:
            rows += _rows(finding, first=finding.rule not in explained)
            explained.add(finding.rule)
        blocks.append("\n".join(rows))
    return "\n\n".join([*blocks, _summary(report)]) + "\n"


def _rows(finding: Finding, *, first: bool) -> list[str]:
    """A finding; why and fix only where the rule comes for the first time."""
    name = f"{finding.rule} ({finding.reference})"
    rows = [f"  {finding.line}: {finding.severity.value}: {_printable(finding.message)}  [{name}]"]
    if finding.waiver is not None:
        waiver = finding.waiver
        rows.append(_printable(f"      excepted until {waiver.until} by {waiver.owner}: {waiver.reason}"))
    elif first:
        rows += [f"      why: {finding.why}", f"      fix: {finding.fix}"]
    return rows


def _summary(report: AuditReport) -> str:
    counted = report.counted()
    parts = [f"{counted[each]} {each.value}" for each in Severity if counted[each] and each is not Severity.UNKNOWN]
    excepted = sum(finding.waiver is not None for finding in report.findings)
    verdict = "clean" if report.clean else f"not clean: {', '.join(parts)}"
    further = [f"{counted[Severity.UNKNOWN]} undecided"] if counted[Severity.UNKNOWN] else []
    further += [f"{excepted} excepted"] if excepted else []
    tail = f"; {', '.join(further)}" if further else ""
    return f"{verdict}{tail} ({report.subjects} subjects in {report.files} files)"


def _printable(text: str) -> str:
    """The text without control characters: a path or a value from a file must not write to the terminal."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
