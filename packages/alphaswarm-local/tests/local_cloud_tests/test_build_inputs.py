"""What goes into a build and comes out of it: parameters and secrets under the role's permissions, logs, artifacts."""

import io
import json
import uuid
import zipfile
from typing import Any

import pytest

from .building import (
    LOGS,
    commands,
    failure_of,
    log_of,
    make_build_project,
    make_project,
    phases_of,
    start,
    trusting_codebuild,
    waited,
)
from .conftest import ClientOf
from .roles import ACCOUNT, RoleOf, allow, deny

SECRETS = """\
version: 0.2
env:
  variables: {PLAIN: from-spec, OTHER: from-spec}
  parameter-store: {PARAMETER: NAME}
  secrets-manager:
    WHOLE: NAME
    PART: NAME:password
  exported-variables: [LEAKED]
phases:
  build:
    commands:
      - test "$PARAMETER" = parameter-value-NAME
      - test "$PART" = secret-value-NAME
      - test "$PROJECT" = secret-value-NAME
      - echo "parameter $PARAMETER part $PART whole $WHOLE plain $PLAIN other $OTHER"
      - LEAKED="it was $PART"
"""


def given_secrets(client: ClientOf) -> tuple[str, list[dict[str, Any]]]:
    """A parameter and a secret of one name, and the statements that let a role read them."""
    name = f"build-{uuid.uuid4().hex[:10]}"
    client("ssm").put_parameter(Name=name, Value=f"parameter-value-{name}", Type="SecureString")
    text = json.dumps({"password": f"secret-value-{name}"})
    arn = client("secretsmanager").create_secret(Name=name, SecretString=text)["ARN"]
    parameter = f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/{name}"
    return name, [allow("ssm:GetParameters", parameter), allow("secretsmanager:GetSecretValue", arn)]


def secret_project(client: ClientOf, role: RoleOf, name: str, *statements: dict[str, Any]) -> str:
    variables = [
        {"name": "PROJECT", "type": "SECRETS_MANAGER", "value": f"{name}:password"},
        {"name": "OTHER", "type": "PLAINTEXT", "value": "from-project"},
    ]
    environment = {"environmentVariables": variables}
    return make_build_project(client, role, SECRETS.replace("NAME", name), *statements, environment=environment)


def test_secrets_reach_the_commands_and_neither_log_nor_exported_variables(client: ClientOf, role: RoleOf) -> None:
    name, statements = given_secrets(client)
    build = waited(client, start(client, secret_project(client, role, name, *statements)))
    assert build["buildStatus"] == "SUCCEEDED", (failure_of(build), log_of(client, build))
    lines = log_of(client, build)
    assert "parameter *** part *** whole *** plain from-spec other from-project" in lines
    assert build["exportedEnvironmentVariables"] == [{"name": "LEAKED", "value": "it was ***"}]
    assert f"value-{name}" not in "\n".join(lines)


@pytest.mark.parametrize(
    ("kept", "code", "word"),
    [
        (0, "Secrets Manager Error", "secretsmanager:GetSecretValue"),
        (1, "Decrypted Variables Error", "ssm:GetParameters"),
    ],
    ids=["no-secret", "no-parameter"],
)
def test_build_fails_when_its_role_may_not_read_what_it_asks_for(
    client: ClientOf, role: RoleOf, kept: int, code: str, word: str
) -> None:
    name, statements = given_secrets(client)
    build = waited(client, start(client, secret_project(client, role, name, statements[kept])))
    assert build["buildStatus"] == "FAILED"
    assert failure_of(build)[:2] == ("DOWNLOAD_SOURCE", code)
    assert word in failure_of(build)[2]
    assert "BUILD" not in phases_of(build)


def test_build_fails_when_a_parameter_or_a_key_of_a_secret_is_missing(client: ClientOf, role: RoleOf) -> None:
    name, statements = given_secrets(client)
    everything = [*statements, allow("ssm:GetParameters")]
    for kind, value, word in (
        ("PARAMETER_STORE", "not-there", "parameter does not exist: not-there"),
        ("SECRETS_MANAGER", f"{name}:user", "key user is not found in secret"),
    ):
        variable = {"name": "X", "type": kind, "value": value}
        project = make_build_project(client, role, commands("true"), *everything)
        build = waited(client, start(client, project, environmentVariablesOverride=[variable]))
        assert word in failure_of(build)[2]


def test_credentials_are_masked_when_a_command_prints_them(client: ClientOf, role: RoleOf) -> None:
    ask = (
        "python3 -c \"import os,urllib.request as u; r=u.Request(os.environ['AWS_CONTAINER_CREDENTIALS_FULL_URI'],"
        "headers={'Authorization':os.environ['AWS_CONTAINER_AUTHORIZATION_TOKEN']}); print('got',u.urlopen(r).read())\""
    )
    build = waited(
        client,
        start(client, make_build_project(client, role, commands(ask, "echo $AWS_CONTAINER_AUTHORIZATION_TOKEN"))),
    )
    (got,) = (line for line in log_of(client, build) if line.startswith("got"))
    assert got.count("***") == 3
    assert "ASIA" not in got
    assert "***" in log_of(client, build)


def test_token_opens_nothing_when_it_is_wrong_or_its_build_is_over(client: ClientOf, role: RoleOf) -> None:
    import urllib.error
    import urllib.request

    show = commands("echo $AWS_CONTAINER_CREDENTIALS_FULL_URI $AWS_CONTAINER_AUTHORIZATION_TOKEN | rev")
    build = waited(client, start(client, make_build_project(client, role, show)))
    (line,) = (line[::-1] for line in log_of(client, build) if line[::-1].startswith("http://"))
    url, _, token = line.partition(" ")
    for each in (token, "", "guessed", "\N{SNOWMAN}".encode().decode("latin-1")):
        request = urllib.request.Request(url, headers={"Authorization": each})
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=30)
        assert caught.value.code == 401


def test_log_goes_on_when_somebody_deletes_its_group(client: ClientOf, role: RoleOf) -> None:
    group = f"/builds/{uuid.uuid4().hex[:10]}"
    logs = {"cloudWatchLogs": {"status": "ENABLED", "groupName": group, "streamName": "deploy"}}
    spec = commands("echo before", f"aws logs delete-log-group --log-group-name {group}", "echo after")
    project = make_build_project(client, role, spec, allow("logs:DeleteLogGroup"), logsConfig=logs)
    build = waited(client, start(client, project))
    assert build["buildStatus"] == "SUCCEEDED", failure_of(build)
    assert build["logs"]["streamName"] == f"deploy/{build['id'].partition(':')[2]}"
    assert "after" in log_of(client, build)
    assert "before" not in log_of(client, build)


def test_build_fails_when_its_log_cannot_be_delivered_any_more(client: ClientOf, role: RoleOf) -> None:
    service_role = role(LOGS, allow("iam:PutRolePolicy"), trust=trusting_codebuild())
    name = service_role.rpartition("/")[2]
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny("logs:*")]})
    cut = f"aws iam put-role-policy --role-name {name} --policy-name cut --policy-document '{policy}'"
    project = make_build_project(client, role, commands(cut, "echo nobody-reads-this"), role_arn=service_role)
    build = waited(client, start(client, project))
    assert build["buildStatus"] == "FAILED"
    assert failure_of(build)[:2] == ("FINALIZING", "CLIENT_ERROR")
    assert "The log could not be written" in failure_of(build)[2]


ARTIFACTS = """\
version: 0.2
phases:
  build:
    commands:
      - mkdir -p out/deep && echo one > out/one.txt && echo two > out/deep/two.txt && echo no > out/no.log
      - ln -s /etc/passwd out/passwd.txt
artifacts:
  files: ['**/*.txt']
  base-directory: out
"""


@pytest.mark.parametrize("packaging", ["NONE", "ZIP"])
def test_artifacts_are_uploaded_with_the_roles_permissions(client: ClientOf, role: RoleOf, packaging: str) -> None:
    bucket = f"artifacts-{uuid.uuid4().hex[:10]}"
    client("s3").create_bucket(Bucket=bucket)
    place = {"type": "S3", "location": bucket, "path": "builds", "name": "result", "packaging": packaging}
    may_write = allow("s3:PutObject", f"arn:aws:s3:::{bucket}/*")
    project = make_build_project(client, role, ARTIFACTS, may_write, artifacts=place)
    build = waited(client, start(client, project))
    assert build["buildStatus"] == "SUCCEEDED", failure_of(build)
    assert build["artifacts"]["location"] == f"arn:aws:s3:::{bucket}/builds/result"
    keys = [each["Key"] for each in client("s3").list_objects_v2(Bucket=bucket)["Contents"]]
    if packaging == "NONE":
        assert keys == ["builds/result/deep/two.txt", "builds/result/one.txt"]
    else:
        content = client("s3").get_object(Bucket=bucket, Key="builds/result")["Body"].read()
        assert sorted(zipfile.ZipFile(io.BytesIO(content)).namelist()) == ["deep/two.txt", "one.txt"]
        assert len(build["artifacts"]["sha256sum"]) == 64
    denied = make_build_project(client, role, ARTIFACTS, artifacts=place)
    refused_build = waited(client, start(client, denied))
    assert failure_of(refused_build)[:2] == ("UPLOAD_ARTIFACTS", "CLIENT_ERROR")
    assert "AccessDenied" in failure_of(refused_build)[2]


def test_source_is_unpacked_when_it_is_an_archive_in_s3(client: ClientOf, role: RoleOf) -> None:
    bucket = f"source-{uuid.uuid4().hex[:10]}"
    client("s3").create_bucket(Bucket=bucket)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("buildspec.yml", commands("cat here"))
        archive.writestr("here", "from-the-archive\n")
    client("s3").put_object(Bucket=bucket, Key="a.zip", Body=packed.getvalue())
    service_role = role(LOGS, allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"), trust=trusting_codebuild())
    build = waited(
        client, start(client, make_project(client, service_role, source={"type": "S3", "location": f"{bucket}/a.zip"}))
    )
    assert build["buildStatus"] == "SUCCEEDED", failure_of(build)
    assert "from-the-archive" in log_of(client, build)
    missing = make_project(client, service_role, source={"type": "S3", "location": f"{bucket}/b.zip"})
    assert failure_of(waited(client, start(client, missing)))[:2] == ("DOWNLOAD_SOURCE", "CLIENT_ERROR")


@pytest.mark.parametrize(
    ("buildspec", "words"),
    [
        ("version: 0.1\nphases: {}", "0.1"),
        ("version: 0.2\nphases:\n  build:\n    commands:\n      - echo: 1\n", "string type"),
        ("version: 0.2\nphases:\n  deploy:\n    commands: [x]\n", "deploy"),
        ("version: 0.2\nrun-as: root\nphases: {build: {commands: [x]}}", "run-as"),
        ("version: 0.2\n", "no phases"),
    ],
)
def test_build_fails_when_its_buildspec_cannot_be_run(
    client: ClientOf, role: RoleOf, buildspec: str, words: str
) -> None:
    build = waited(client, start(client, make_build_project(client, role, buildspec)))
    assert failure_of(build)[:2] == ("DOWNLOAD_SOURCE", "YAML_FILE_ERROR")
    assert words in failure_of(build)[2]
