"""`hashicorp/setup-terraform`: the Terraform of this machine, if it has the version that is asked for."""

import json
import shutil

from alphaswarm_local.actions.builtin.base import ActionCall, BuiltIn
from alphaswarm_local.actions.builtin.versions import satisfies
from alphaswarm_local.actions.errors import ToolMissingError
from alphaswarm_local.actions.seam.events import Level


def _main(call: ActionCall) -> None:
    program = shutil.which("terraform", path=call.work.session.search_path)
    said = call.work.answer_of([program, "version", "-json"]) if program is not None else None
    if program is None or said is None:
        raise ToolMissingError("There is no Terraform on this machine's PATH", fix="Install it")
    version = str(json.loads(said)["terraform_version"])
    wish = call.inputs["terraform_version"]
    if not satisfies(version, wish):
        what = f"Terraform {wish} is asked for, and this machine has {version}"
        if not call.work.session.settings.other_tool_versions:
            raise ToolMissingError(what, fix="Install it, or let the runner take other versions")
        call.work.annotate(Level.WARNING, f"{what}, which is taken")
    call.work.say(f"Terraform {version} at {program}")


SETUP_TERRAFORM = BuiltIn(
    name="hashicorp/setup-terraform",
    summary="Takes the Terraform on this machine's PATH if its version fits; sets up no wrapper.",
    inputs={"terraform_version": "latest", "terraform_wrapper": "false", "cli_config_credentials_hostname": ""},
    refused=frozenset({"terraform_wrapper", "cli_config_credentials_token", "terraform_version_file"}),
    main=_main,
)
