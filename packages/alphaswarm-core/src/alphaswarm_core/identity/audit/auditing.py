"""`trust audit`: from paths to a report. Reads files and nothing else; no network, no process, no AWS."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from alphaswarm_core.identity.audit.declarations import DECLARATIONS, Declarations, read_declarations
from alphaswarm_core.identity.audit.discovery import FileKind, FoundFile, find_files, find_keys, kind_of, read_text
from alphaswarm_core.identity.audit.errors import AuditPathError, UnreadableSourceError
from alphaswarm_core.identity.audit.exceptions import Scope, inline_exceptions
from alphaswarm_core.identity.audit.loading import Sources
from alphaswarm_core.identity.audit.model import AuditReport, Expectations, Finding, Subject
from alphaswarm_core.identity.audit.plan_policies import plan_policies, read_plan
from alphaswarm_core.identity.audit.rules import RULES
from alphaswarm_core.identity.audit.subjects.files import BrokenException, UnreadFile

RULE_IDS = frozenset(rule.id for rule in RULES)


def audit_paths(
    paths: Iterable[Path | str], *, today: date | None = None, expectations: Expectations | None = None
) -> AuditReport:
    """Audit files and directories.

    Args:
        paths: Directories (audited whole, each with its own `.alphaswarm-audit.toml`) and files.
        today: The day that decides which exceptions are over; by default the day in UTC.
        expectations: What is expected where a directory does not declare it; the defaults, if not given.

    Returns:
        Every finding. Paths are relative to the directory that was given; with several, they begin with it.

    Raises:
        AuditPathError: a path does not exist, or is neither a file nor a directory.
    """
    places = [Path(path) for path in paths]
    day = today or datetime.now(UTC).date()
    assumed = expectations or Expectations()
    reports = [(place, _audit_root(place, day, assumed)) for place in places]
    if len(reports) == 1:
        return reports[0][1]
    findings = [
        replace(finding, path=f"{_root_of(place).as_posix()}/{finding.path}".removeprefix("./"))
        for place, report in reports
        for finding in report.findings
    ]
    subjects, files = (sum(getattr(report, name) for _, report in reports) for name in ("subjects", "files"))
    return AuditReport(_in_order(_with_fingerprints(dict.fromkeys(findings))), subjects, files)


def audit_plan_json(
    document: str | Mapping[str, Any], *, path: str = "plan.json", expectations: Expectations | None = None
) -> AuditReport:
    """Audit the policies in the JSON of a Terraform plan, in which nothing is behind a variable.

    Args:
        document: What `terraform show -json PLAN` prints, as text or as data.
        path: How findings call it.
        expectations: What is expected of the repository; the defaults, if not given.

    Raises:
        UnreadableSourceError: not the JSON of a plan, or beyond the bounds.
    """
    data = read_plan(document) if isinstance(document, str) else document
    subjects = list(plan_policies(data, path, expectations or Expectations()))
    return AuditReport(_in_order(_with_fingerprints(_findings(subjects))), len(subjects), 1)


def _root_of(place: Path) -> Path:
    """The directory to which paths are relative: the given one; of a file, the repository's that has its `.github`."""
    if place.is_dir():
        return place
    above = next((parent for parent in place.parents if parent.name == ".github"), None)
    return above.parent if above is not None else place.parent


def _audit_root(place: Path, today: date, assumed: Expectations) -> AuditReport:
    if not place.is_dir() and not place.is_file():
        raise AuditPathError(f"There is no file or directory {place}", fix="Give paths that exist")
    root = _root_of(place)
    if not place.is_dir():
        path = place.relative_to(root).as_posix()
        return _audit_files([FoundFile(path, place, kind_of(path))], [], _declared(root, today, assumed), today)
    found = list(find_files(root))
    files = [each for each in found if isinstance(each, FoundFile)]
    unread = [each for each in found if isinstance(each, UnreadFile)]
    return _audit_files(files, unread, _declared(root, today, assumed), today)


def _audit_files(files: list[FoundFile], unread: list[UnreadFile], declared: Declarations, today: date) -> AuditReport:
    sources = Sources(declared.expectations)
    scopes: list[Scope] = [*declared.scopes]
    subjects: list[Subject] = [*unread, *declared.broken, *declared.unread]
    for file in files:
        keyed = find_keys(file)
        subjects += [keyed] if keyed is not None else []
        if file.kind is FileKind.OTHER:
            continue
        text = read_text(file)
        if isinstance(text, UnreadFile):
            subjects += [text] if _should_be_read(file, text) else []
            sources.incomplete(file)
            continue
        subjects += sources.add(file, text)
        for outcome in inline_exceptions(file.path, text, RULE_IDS, today):
            subjects += [outcome] if isinstance(outcome, BrokenException) else []
            scopes += [outcome] if isinstance(outcome, Scope) else []
    subjects += sources.subjects()
    findings = [_excepted(finding, scopes) for finding in _findings(subjects)]
    return AuditReport(_in_order(_with_fingerprints(findings)), len(subjects), len(files))


def _should_be_read(file: FoundFile, unread: UnreadFile) -> bool:
    """JSON files are policies only sometimes: one that is no text is none, and none is as large as the bound."""
    return file.kind is not FileKind.JSON or unread.reason.startswith("It cannot be read")


def _declared(root: Path, today: date, assumed: Expectations) -> Declarations:
    place = root / DECLARATIONS
    if not place.is_file():
        return Declarations(assumed)
    text = read_text(FoundFile(DECLARATIONS, place, FileKind.OTHER))
    return (
        Declarations(assumed, unread=(text,))
        if isinstance(text, UnreadFile)
        else read_declarations(text, RULE_IDS, today)
    )


def _findings(subjects: Iterable[Subject]) -> Iterator[Finding]:
    for subject in subjects:
        for rule in RULES:
            if isinstance(subject, rule.subject):
                yield from _checked(rule, subject)


def _checked(rule: Any, subject: Subject) -> list[Finding]:
    """A rule's findings. A subject that turns out to be a bomb while it is judged is a finding too."""
    try:
        return list(rule.check(subject))
    except UnreadableSourceError as error:
        return [*_findings([UnreadFile(subject.path, error.line, error.what)])]


def _excepted(finding: Finding, scopes: list[Scope]) -> Finding:
    scope = next((each for each in scopes if each.covers(finding)), None)
    return replace(finding, waiver=scope.waiver) if scope else finding


def _with_fingerprints(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings, each once, with what recognises them in the next audit: rule, path and message, and which of equals."""
    seen: Counter[str] = Counter()
    for finding in dict.fromkeys(findings):
        key = f"{finding.rule}\0{finding.path}\0{finding.message}"
        seen[key] += 1
        digest = sha256(f"{key}\0{seen[key]}".encode("utf-8", "surrogatepass")).hexdigest()
        yield replace(finding, fingerprint=digest)


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda each: (each.path, each.line, each.severity.rank, each.rule, each.message)))
