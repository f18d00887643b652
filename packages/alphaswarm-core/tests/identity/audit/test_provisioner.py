"""The rule provisioner: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found

RULE = "provisioner"

BAD = {
    "local-exec": {
        "main.tf": 'resource "aws_instance" "a" {\n  provisioner "local-exec" {\n    command = "sh"\n  }\n}\n'
    },
    "remote-exec": {"main.tf": 'resource "terraform_data" "a" {\n  provisioner "remote-exec" {}\n}\n'},
    "null resource": {"main.tf": 'resource "null_resource" "a" {}\n'},
    "in JSON": {
        "x.tf.json": '{"resource": {"aws_instance": {"a": {"provisioner": [{"local-exec": {"command": "sh"}}]}}}}'
    },
}
GOOD = {
    "none": {"main.tf": 'resource "terraform_data" "a" {\n  input = "provisioner"\n}\n'},
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
