"""Buildspecs are read strictly, phases follow each other as on AWS, and what is secret is masked."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_local.builds.buildspec import BuildspecError, FailureAction, SecretReference, parse_buildspec
from alphaswarm_local.builds.phases import ORDER, Context, Phase, PhaseOrderError, Progress, Status, following
from alphaswarm_local.builds.worker.artifacts import glob_expression
from alphaswarm_local.builds.worker.masking import Mask

FULL = """\
version: 0.2
env:
  shell: bash
  variables: {VERSION: 1.10, SWITCH: no, EMPTY: }
  parameter-store: {P: /path/p}
  secrets-manager: {S: "arn:aws:secretsmanager:us-east-1:111111111111:secret:n-AbCdEf:key:AWSCURRENT"}
  exported-variables: [VERSION, VERSION, MADE]
phases:
  install: {runtime-versions: {python: 3.12}, commands: [a]}
  build: {on-failure: RETRY-2-timed out, commands: [b, "c: d"], finally: [e]}
reports: {r: {files: ['*']}}
cache: {key: k, paths: [x/**/*, y]}
artifacts: {files: ['**/*'], discard-paths: yes, base-directory: out, exclude-paths: '*.log', name: n}
"""


def test_buildspec_keeps_what_was_written_when_yaml_would_make_something_else_of_it() -> None:
    spec = parse_buildspec(FULL.encode())
    assert spec.variables == {"VERSION": "1.10", "SWITCH": "no", "EMPTY": ""}
    assert spec.secrets["S"] == SecretReference(
        "arn:aws:secretsmanager:us-east-1:111111111111:secret:n-AbCdEf", "key", "AWSCURRENT"
    )
    assert (spec.shell, spec.exported, spec.parameters) == ("bash", ("VERSION", "MADE"), {"P": "/path/p"})
    build = spec.phases["build"]
    assert (build.commands, build.final) == (("b", "c: d"), ("e",))
    assert (build.on_failure.action, build.on_failure.retries) == (FailureAction.RETRY, 2)
    assert build.on_failure.retries_after("it timed out again")
    assert not build.on_failure.retries_after("it broke")
    assert spec.artifacts is not None
    assert (spec.artifacts.discard_paths, spec.artifacts.base_directory) == (True, "out")
    assert spec.cached == ("x/**/*", "y")
    assert sorted(note.partition(":")[0].partition(" ")[0] for note in spec.notes) == [
        "cache/key,", "reports", "runtime-versions",
    ]  # fmt: skip


BUILD = "phases: {build: {commands: [x]}}\n"
BAD = {
    "": "empty",
    "[]": "mapping",
    "{": "line 1",
    "a: b\n---\nc: d": "line 2",
    BUILD: "version",
    f"version: 0.3\n{BUILD}": "0.3",
    f"version: 0.2\nversion: 0.2\n{BUILD}": "twice",
    f"version: 0.2\nsteps: []\n{BUILD}": "steps",
    f"version: 0.2\nbatch: {{}}\n{BUILD}": "batch",
    f"version: 0.2\nenv: {{shell: zsh}}\n{BUILD}": "zsh",
    f"version: 0.2\nenv: {{variables: {{CODEBUILD_X: 1}}}}\n{BUILD}": "reserved",
    f"version: 0.2\nenv: {{variables: {{'a b': 1}}}}\n{BUILD}": "name of a variable",
    f"version: 0.2\nenv: {{secrets-manager: {{S: n}}, exported-variables: [S]}}\n{BUILD}": "cannot be exported",
    f"version: 0.2\nenv: {{exported-variables: [AWS_SECRET_ACCESS_KEY]}}\n{BUILD}": "cannot be exported",
    "version: 0.2\nphases: {build: {}}": "no commands",
    "version: 0.2\nphases: {build: {commands: [1]}}": "string type",
    "version: 0.2\nphases: {build: {commands: ['']}}": "string type",
    "version: 0.2\nphases: {build: {commands: x}}": "list",
    "version: 0.2\nphases: {build: {on-failure: RETRY-101, commands: [x]}}": "0 to 100",
    "version: 0.2\nphases: {build: {on-failure: RETRY-(, commands: [x]}}": "regular expression",
    "version: 0.2\nphases: {build: {on-failure: GO, commands: [x]}}": "none of",
    f"version: 0.2\nartifacts: {{name: x}}\n{BUILD}": "no files",
    f"version: 0.2\nartifacts: {{files: [x], s3-prefix: y}}\n{BUILD}": "s3-prefix",
}


@pytest.mark.parametrize(("text", "words"), BAD.items(), ids=range(len(BAD)))
def test_buildspec_is_refused_when_it_is_none_or_asks_for_what_is_not_there(text: str, words: str) -> None:
    with pytest.raises(BuildspecError, match=re.escape(words)):
        parse_buildspec(text)


@given(st.text() | st.binary())
def test_anything_is_a_buildspec_or_refused(text: str | bytes) -> None:
    try:
        parse_buildspec(text)
    except BuildspecError:
        return


PHASES = st.sampled_from(ORDER[:-1])


@given(PHASES, st.booleans(), st.sampled_from(FailureAction))
def test_phase_is_followed_by_a_later_one_whatever_happens(phase: Phase, failed: bool, action: FailureAction) -> None:
    assert ORDER.index(following(phase, failed=failed, action=action)) > ORDER.index(phase)


def test_post_build_follows_a_failed_build_unless_it_is_aborted() -> None:
    assert following(Phase.BUILD, failed=True) is Phase.POST_BUILD
    assert following(Phase.BUILD, failed=True, action=FailureAction.ABORT) is Phase.UPLOAD_ARTIFACTS
    assert following(Phase.INSTALL, failed=True) is Phase.UPLOAD_ARTIFACTS
    assert following(Phase.INSTALL, failed=True, action=FailureAction.CONTINUE) is Phase.PRE_BUILD
    assert following(Phase.DOWNLOAD_SOURCE, failed=True) is Phase.FINALIZING


STATUSES = st.sampled_from([status for status in Status if status is not Status.IN_PROGRESS])
STEPS = st.lists(
    st.tuples(st.sampled_from(["begin", "end", "finish"]), st.sampled_from(ORDER), STATUSES, st.floats(0, 9))
)


@given(STEPS)
def test_progress_never_contradicts_itself(
    steps: list[tuple[str, Phase, Status, float]],
) -> None:
    progress = Progress()
    for step, phase, status, now in steps:
        before = progress
        try:
            match step:
                case "begin":
                    progress = progress.begin(phase, now)
                case "end":
                    progress = progress.end(status, now)
                case _:
                    progress = progress.finish(status, now, Context("C", "m"))
        except PhaseOrderError:
            continue
        if before.complete:
            assert progress == before
        places = [ORDER.index(each.phase) for each in progress.records]
        assert places == sorted(set(places))
        times = [time for each in progress.records for time in (each.started, each.ended) if time is not None]
        assert times == sorted(times)
        assert all(each.ended is not None for each in progress.records[:-1])
        assert (progress.status is Status.IN_PROGRESS) is not progress.complete


@given(st.lists(st.text(alphabet="ab\n $", min_size=1), max_size=4), st.text(alphabet="ab\n $xyz"))
def test_secret_is_never_in_what_was_masked(secrets: list[str], text: str) -> None:
    mask = Mask()
    for secret in secrets:
        mask.add(secret)
    masked = mask(text + "".join(secrets))
    assert not any(secret in masked for secret in secrets if secret.strip())


@pytest.mark.parametrize(
    ("pattern", "fitting", "other"),
    [
        ("*", "a", "b/a"),
        ("b/**/*", "b/c/a", "a"),
        ("out/*.txt", "out/a.txt", "out/b/a.txt"),
        ("**/a?.txt", "ab.txt", "a.txt"),
        ("a+b", "a+b", "aab"),
    ],
)
def test_pattern_of_artifacts_stays_in_its_directory_unless_it_says_otherwise(
    pattern: str, fitting: str, other: str
) -> None:
    assert re.fullmatch(glob_expression(pattern), fitting)
    assert not re.fullmatch(glob_expression(pattern), other)
