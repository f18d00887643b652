"""The variables of a build: CodeBuild's own, the buildspec's, and the project's, parameters and secrets read for them.

Everything is read with the service role's permissions; what it may not read, the build does not get.
Precedence, the last wins: buildspec, project, the one who started the build.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from alphaswarm_local.builds.buildspec import Buildspec, SecretReference
from alphaswarm_local.builds.worker.cloud import Cloud, CloudError
from alphaswarm_local.builds.worker.failures import PhaseFailedError
from alphaswarm_local.builds.worker.masking import Mask
from alphaswarm_local.builds.worker.orders import Variable

_AT_ONCE = 10
_PARAMETERS, _SECRETS = "Decrypted Variables Error", "Secrets Manager Error"


class Variables:
    """Finds values.

    Args:
        cloud: Where parameters and secrets are read.
        mask: Is told every secret value.
    """

    def __init__(self, cloud: Cloud, mask: Mask) -> None:
        self._cloud, self._mask = cloud, mask

    def of(self, spec: Buildspec, given: Iterable[Variable]) -> dict[str, str]:
        """The values of all variables of the buildspec and of those that are `given`.

        Raises:
            PhaseFailedError: one cannot be read.
        """
        plain = dict(spec.variables)
        parameters = dict(spec.parameters)
        secrets = dict(spec.secrets)
        for each in given:
            for kind in (plain, parameters, secrets):
                kind.pop(each.name, None)
            match each.kind:
                case "PARAMETER_STORE":
                    parameters[each.name] = each.value
                case "SECRETS_MANAGER":
                    secrets[each.name] = _reference(each.value)
                case _:
                    plain[each.name] = each.value
        found = self._read_parameters(sorted(set(parameters.values())))
        values = {**plain, **{name: found[place] for name, place in parameters.items()}}
        return {**values, **{name: self._read_secret(place) for name, place in secrets.items()}}

    def _read_parameters(self, names: list[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for start in range(0, len(names), _AT_ONCE):
            chunk = names[start : start + _AT_ONCE]
            try:
                answer = self._cloud.call("ssm", "AmazonSSM.GetParameters", {"Names": chunk, "WithDecryption": True})
            except CloudError as problem:
                raise PhaseFailedError(_PARAMETERS, str(problem)) from problem
            found |= {str(each["Name"]): str(each["Value"]) for each in answer.get("Parameters", ())}
            found |= {str(each["ARN"]): str(each["Value"]) for each in answer.get("Parameters", ()) if "ARN" in each}
            if missing := [name for name in chunk if name not in found]:
                raise PhaseFailedError(_PARAMETERS, f"parameter does not exist: {', '.join(missing)}")
        for value in found.values():
            self._mask.add(value)
        return found

    def _read_secret(self, reference: SecretReference) -> str:
        document: dict[str, Any] = {"SecretId": reference.secret_id}
        document |= {"VersionStage": reference.version_stage} if reference.version_stage else {}
        document |= {"VersionId": reference.version_id} if reference.version_id else {}
        try:
            answer = self._cloud.call("secretsmanager", "secretsmanager.GetSecretValue", document)
        except CloudError as problem:
            raise PhaseFailedError(_SECRETS, str(problem)) from problem
        text = answer.get("SecretString")
        if not isinstance(text, str):
            raise PhaseFailedError(_SECRETS, f"{reference.secret_id} holds no text")
        value = _part(text, reference) if reference.json_key else text
        for each in (text, value):
            self._mask.add(each)
        return value


def _part(text: str, reference: SecretReference) -> str:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, Mapping) or reference.json_key not in document:
        message = f"key {reference.json_key} is not found in secret {reference.secret_id}"
        raise PhaseFailedError(_SECRETS, message)
    value = document[reference.json_key]
    return value if isinstance(value, str) else json.dumps(value)


def _reference(text: str) -> SecretReference:
    try:
        return SecretReference.parse(text)
    except ValueError as problem:
        raise PhaseFailedError(_SECRETS, str(problem)) from problem
