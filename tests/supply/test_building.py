"""`alphaswarm image build` with a real builder: into the local registry, the same bytes twice, no secret left."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from alphaswarm_core.supply.building.buildah import Buildah
from alphaswarm_core.supply.building.buildx import Buildx
from alphaswarm_core.supply.building.choosing import choose_builder
from alphaswarm_core.supply.building.errors import BuilderMissingError, BuildOrderError, ImageBuildFailedError
from alphaswarm_core.supply.building.orders import BuildOrder, RegistryAccess
from alphaswarm_core.supply.images import read_image
from tests.supply.tools import required_tool

from .stand import SERVICE, Workplace

BASE = f"example.org/base@sha256:{'a' * 64}"
SECRET = "a-token-that-nobody-may-ever-see"
DOCKERFILE = """
FROM --platform=$BUILDPLATFORM scratch AS build
ARG TARGETARCH
COPY note /note-$TARGETARCH

FROM scratch
COPY --from=build /note-* /
USER 65532:65532
ENTRYPOINT ["/note"]
"""


def commit(root: Path, files: Mapping[str, str]) -> str:
    """A commit with those files, at a moment of its own; its id."""
    given = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    given |= {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}

    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=root, env=given, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    if not (root / ".git").exists():
        git("init", "--quiet", "--initial-branch=main")
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
        git("add", name)
    git("commit", "--quiet", "--allow-empty", "-m", "change")
    return git("rev-parse", "HEAD")


@pytest.fixture(scope="module")
def source(workplace: Workplace) -> Iterator[Workplace]:
    """The workplace as a repository whose service has a tiny image."""
    path = workplace.root / "alphaswarm.toml"
    text = path.read_text()
    own = '[images.services.admin]\nrepository = "alphaswarm-admin"\nsource = "platform"\ncontext = "service"\n\n'
    before, _, after = text.partition("[images.services.")
    path.write_text(before + own + "[environments.dev]" + after.partition("[environments.dev]")[2])
    commit(workplace.root, {"service/Dockerfile": DOCKERFILE, "service/note": "hello\n"})
    yield workplace
    path.write_text(text)


def built(source: Workplace, tag: str, *words: str, **options: Any) -> dict[str, Any]:
    ended = source.succeed("image", "build", "admin", "--env", "dev", "--tag", tag, *words, "--json", **options)
    document: dict[str, Any] = ended.document
    return document


def test_image_of_two_platforms_is_in_the_registry_when_it_was_built(source: Workplace) -> None:
    required_tool("buildah")
    document = built(source, "v1.0.0")

    image = read_image(source.registry(), SERVICE, document["digest"])
    assert sorted(image.platforms) == ["linux/amd64", "linux/arm64"] == sorted(document["platforms"])
    assert source.registry().manifest(SERVICE, "v1.0.0").digest == document["digest"]
    assert document["image"] == f"{SERVICE}@{document['digest']}"


def test_same_commit_makes_the_same_bytes_when_files_beside_it_have_changed(source: Workplace) -> None:
    required_tool("buildah")
    first = built(source, "v2.0.0")
    (source.root / "service/note").write_text("changed, and not committed\n")
    try:
        again = built(source, "v2.0.1")
        kept_nowhere = source.succeed("image", "build", "admin", "--no-push", "--json").document
    finally:
        (source.root / "service/note").write_text("hello\n")

    assert again["digest"] == first["digest"] == kept_nowhere["digest"]
    assert kept_nowhere["platforms"] == ["linux/amd64", "linux/arm64"]


def test_token_is_nowhere_when_a_build_has_pushed(
    source: Workplace, program: Callable[[str, str], Path], tmp_path: Path
) -> None:
    """The login is in a private file of the build's own; no process shows it, and no log."""
    real = required_tool("buildah")
    heard = tmp_path / "heard"
    program("buildah", f'echo "$@" >> {heard}; env >> {heard}; exec {real} "$@"')

    ended = source.succeed(
        "image", "build", "admin", "--env", "dev", "--tag", "v3.0.0", env={"PATH": os.environ["PATH"]}
    )

    password = source.ecr().get_authorization_token()["authorizationData"][0]["authorizationToken"]
    assert "--authfile" in heard.read_text()
    assert "AWS_" not in heard.read_text()
    for text in (heard.read_text(), ended.out, ended.err):
        assert password[:20] not in text
        assert "QVdTO" not in text


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("nobody", "--env", "dev", "--tag", "v1"), 2, "There is no service"),
        (("admin", "--env", "dev"), 2, "A push needs a place"),
        (("admin", "--no-push", "--tag", "v1"), 2, "--tag does not go with --no-push"),
        (("admin", "--env", "dev", "--tag", "a/b"), 2, "cannot be a tag"),
        (("admin", "--env", "dev", "--tag", "v9", "--commit", "f" * 40), 2, "is not where the build can get it"),
        (("admin", "--env", "dev", "--tag", "v9", "--builder", "buildx"), 5, "There is no buildx"),
    ],
)
def test_build_is_refused_when_it_cannot_be_what_was_meant(
    source: Workplace, program: Callable[[str, str], Path], words: tuple[str, ...], code: int, said: str
) -> None:
    program("docker", "exit 1")
    ended = source.run("image", "build", *words, env={"PATH": os.environ["PATH"]})

    assert (ended.code, said in ended.err) == (code, True), ended.err


def test_build_fails_and_nothing_is_tagged_when_a_step_fails(source: Workplace) -> None:
    required_tool("buildah")
    broken = commit(source.root, {"service/Dockerfile": "FROM scratch\nCOPY what-is-not-there /\n"})
    try:
        ended = source.run("image", "build", "admin", "--env", "dev", "--tag", "v4.0.0", "--commit", broken)
    finally:
        commit(source.root, {"service/Dockerfile": DOCKERFILE})

    assert ended.code == 1
    assert "AS-IMG-031" in ended.err
    assert "what-is-not-there" in ended.err
    assert "v4.0.0" not in source.registry().tags(SERVICE)


def test_tag_is_not_moved_when_another_commit_is_pushed_under_it(source: Workplace) -> None:
    required_tool("buildah")
    source.ecr().put_image_tag_mutability(repositoryName=SERVICE.name, imageTagMutability="IMMUTABLE")
    first = built(source, "v5.0.0")
    commit(source.root, {"service/note": "another\n"})
    try:
        ended = source.run("image", "build", "admin", "--env", "dev", "--tag", "v5.0.0")
    finally:
        source.ecr().put_image_tag_mutability(repositoryName=SERVICE.name, imageTagMutability="MUTABLE")
        commit(source.root, {"service/note": "hello\n"})

    assert ended.code != 0
    assert "AS-IMG-031" in ended.err
    assert source.registry().manifest(SERVICE, "v5.0.0").digest == first["digest"]


def _order(context: Path, **more: Any) -> BuildOrder:
    if not (context / "Dockerfile").exists():
        (context / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /\n")
    given = {"dockerfile": "Dockerfile", "platforms": ("linux/amd64",), "epoch": 0, **more}
    return BuildOrder(context=context, **given)


@pytest.mark.parametrize(
    "wrong",
    [
        {"dockerfile": "../Dockerfile"},
        {"dockerfile": "Containerfile"},
        {"platforms": ()},
        {"platforms": ("linux/amd64", "linux/amd64")},
        {"platforms": ("linux/amd64 --privileged",)},
        {"bases": {"BASE": "docker.io/library/python:3.12"}},
        {"bases": {"BASE=x": BASE}},
        {"secrets": {"a,src=/etc/shadow": "x"}},
        {"labels": {"a": "b\nc"}},
    ],
)
def test_order_is_refused_when_it_does_not_hold(tmp_path: Path, wrong: Mapping[str, Any]) -> None:
    with pytest.raises(BuildOrderError):
        _order(tmp_path, **wrong)
    assert _order(tmp_path, bases={"BASE": BASE}).bases == {"BASE": BASE}


def test_secret_is_in_no_layer_and_no_line_when_a_step_uses_it(tmp_path: Path) -> None:
    """A step reads it, and even shows it; every byte of the image is looked through."""
    buildah = required_tool("buildah")
    _put_shell(tmp_path / "root")
    (tmp_path / "Dockerfile").write_text(
        "FROM scratch\nCOPY root /\nRUN --mount=type=secret,id=token read x < /run/secrets/token && echo seen: $x\n"
    )
    lines: list[str] = []
    kept = tmp_path / "kept"
    keeping = tmp_path / "buildah"
    keeping.write_text(
        f'#!/bin/sh\n{buildah} "$@" || exit 1\n'
        f"for each; do case $each in oci:*) cp -r ${{each#oci:}} {kept};; esac; done\n"
    )
    keeping.chmod(0o755)

    Buildah(str(keeping)).build(_order(tmp_path, secrets={"token": f"{SECRET}\n"}), None, lines.append)

    assert any("seen: ***" in each for each in lines), lines
    assert SECRET not in "\n".join(lines)
    layers = [each for each in kept.rglob("*") if each.is_file()]
    assert layers
    assert not any(SECRET.encode() in _unpacked(each) for each in layers)


def _unpacked(path: Path) -> bytes:
    import gzip

    content = path.read_bytes()
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def _put_shell(root: Path) -> None:
    """This machine's shell, and the libraries that it needs, where it looks for them."""
    shell = Path("/bin/sh").resolve()
    listed = subprocess.run([required_tool("ldd"), str(shell)], capture_output=True, text=True, check=True).stdout
    libraries = [Path(word) for word in listed.split() if word.startswith("/")]
    for source, place in [(shell, Path("/bin/sh")), *((each, each) for each in libraries)]:
        target = root / place.relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


@pytest.fixture
def docker(program: Callable[[str, str], Path], tmp_path: Path) -> tuple[Path, Path]:
    """A `docker` that writes down what it is called with and answers as buildx does."""
    heard = tmp_path / "heard"
    script = f"""
printf '%s\\n' "$*" >> {heard}
cat "$DOCKER_CONFIG/config.json" >> {heard}.login 2>/dev/null
case "$*" in *--metadata-file*)
  while [ $# -gt 0 ]; do
    [ "$1" = --metadata-file ] && echo '{{"containerimage.digest": "sha256:{"b" * 64}"}}' > "$2"
    shift
  done;;
esac
exit 0"""
    return program("docker", script), heard


def test_buildx_builds_in_a_builder_of_its_own_and_leaves_nothing(docker: tuple[Path, Path], tmp_path: Path) -> None:
    path, heard = docker
    context = tmp_path / "context"
    context.mkdir()
    from alphaswarm_core.supply.building.orders import Destination

    access = RegistryAccess("1.dkr.ecr.eu-west-1.amazonaws.com", "1.dkr.ecr.eu-west-1.amazonaws.com", "AWS", SECRET)
    order = _order(context, platforms=("linux/amd64", "linux/arm64"), bases={"BASE": BASE}, secrets={"token": SECRET})
    digest = Buildx(str(path)).push(order, Destination(access, "admin", "v1"), lambda _: None)

    create, build, remove = heard.read_text().splitlines()
    assert digest == f"sha256:{'b' * 64}"
    assert create.split()[:2] == ["buildx", "create"]
    assert remove.split()[:2] == ["buildx", "rm"]
    assert "--platform linux/amd64,linux/arm64" in build
    assert "--provenance=false" in build
    assert "--no-cache" in build
    assert f"--build-arg BASE={BASE}" in build
    assert "push=true" in build
    assert SECRET not in heard.read_text()
    assert json.loads((tmp_path / "heard.login").read_text().split("}}}")[0] + "}}}")["auths"]


def test_buildx_is_not_used_when_the_registry_is_on_loopback(docker: tuple[Path, Path], tmp_path: Path) -> None:
    access = RegistryAccess("1.dkr.ecr.eu-west-1.amazonaws.com", "127.0.0.1:1/1", "AWS", SECRET, is_plain_http=True)
    assert choose_builder().name == "buildx"
    with pytest.raises(BuilderMissingError, match="does not reach the local cloud"):
        Buildx(str(docker[0])).build(_order(tmp_path), access, lambda _: None)


def test_there_is_no_builder_when_nothing_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for wanted in ("auto", "buildx", "buildah"):
        with pytest.raises(BuilderMissingError, match="There is no"):
            choose_builder(wanted)


@pytest.mark.parametrize("script", ["exit 3", "kill -9 $$", "sleep 600"])
def test_build_fails_when_its_builder_does(program: Callable[[str, str], Path], tmp_path: Path, script: str) -> None:
    path = program("buildah", script)
    with pytest.raises(ImageBuildFailedError):
        Buildah(str(path), seconds=2.0).build(_order(tmp_path), None, lambda _: None)


def test_build_fails_when_its_builder_does_not_say_what_it_made(
    program: Callable[[str, str], Path], tmp_path: Path
) -> None:
    path = program("buildah", "exit 0")
    with pytest.raises(ImageBuildFailedError, match="does not say what was pushed"):
        Buildah(str(path)).build(_order(tmp_path), None, lambda _: None)


_IN_BUILD = """
version: 0.2
env:
  shell: bash
  exported-variables: [ALPHASWARM_IMAGE_DIGEST, ALPHASWARM_EXIT_CODE, ALPHASWARM_ERROR_CODE]
phases:
  build:
    on-failure: ABORT
    commands:
      - exports=$(mktemp)
      - python3 -m alphaswarm image in-build --exports "$exports"
    finally:
      - . "$exports"
"""


def _make_image_project(source: Workplace) -> None:
    iam, trust = source.client("iam"), {"Service": "codebuild.amazonaws.com"}
    allow = {"Effect": "Allow", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [{**allow, "Action": ["ecr:*", "logs:*"]}]}
    assume = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": trust, "Action": "sts:AssumeRole"}],
    }
    role = iam.create_role(RoleName="image-build", AssumeRolePolicyDocument=json.dumps(assume))["Role"]["Arn"]
    iam.put_role_policy(RoleName="image-build", PolicyName="push", PolicyDocument=json.dumps(policy))
    place = "https://github.com/Alpha-Swarm-ai/alphaswarm_platform.git"
    source.client("codebuild").create_project(
        name="alphaswarm-image-dev",
        source={"type": "GITHUB", "location": place, "buildspec": _IN_BUILD},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": [{"name": "ALPHASWARM_ENVIRONMENT", "value": "dev"}],
        },
        serviceRole=role,
    )


def test_codebuild_builds_and_pushes_what_is_ordered(source: Workplace) -> None:
    required_tool("buildah")
    commit(source.root, {"alphaswarm.toml": (source.root / "alphaswarm.toml").read_text()})
    _make_image_project(source)

    document = built(source, "v6.0.0", "--executor", "codebuild")
    assert source.registry().manifest(SERVICE, "v6.0.0").digest == document["digest"]
    assert document["builder"].startswith("arn:aws:codebuild:")

    words = ("image", "build", "admin", "--env", "dev", "--tag", "v7.0.0", "--executor", "codebuild")
    assert source.run(*words, "--commit", "f" * 40).code == 2
