"""Deploy the template to the local AWS through CloudFormation, as ``sam deploy`` does on the real one."""

from __future__ import annotations

import copy
import hashlib
import io
import json
import sys
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local.build import NATIVE, build_layers
from local.emulator import Emulator
from local.template import Template, read_yaml

STACK_NAME = "idphoto"
ARTIFACTS = "artifacts"
DEPLOY_SECONDS = 120

SITE = f"python/lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
"""The folder of a layer in which .pth files are read."""


class DeployError(Exception):
    """CloudFormation refused the template or failed on a resource."""


@dataclass(frozen=True)
class Deployment:
    """Where the deployed API is, a key for it, and the state machines' ARNs by logical id."""

    base_url: str
    api_key: str
    state_machines: dict[str, str]


def deploy(emulator: Emulator, template: Template, parameters: Mapping[str, str]) -> Deployment:
    """Build, package and deploy; an earlier deployment is updated in place and keeps its data, address and key.

    Raises
    ------
    local.build.BuildError
        If a layer cannot be built.
    DeployError
        With what CloudFormation said of each resource that failed.
    """
    layers = build_layers(template, arch=NATIVE)
    _apply(emulator, _package(emulator, template, layers), parameters)
    _retire_old_versions(emulator)
    return _describe(emulator)


def add_partner(emulator: Emulator, name: str) -> str:
    """Register one more partner; return the API key."""
    gateway = emulator.client("apigateway")
    key = gateway.create_api_key(name=name, enabled=True)
    (plan,) = gateway.get_usage_plans()["items"]
    gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    value: str = key["value"]
    return value


def resource_name(emulator: Emulator, logical_id: str) -> str:
    """Return the name of what was deployed of a resource: a function, the table, the bucket."""
    resource = emulator.client("cloudformation").describe_stack_resource(
        StackName=STACK_NAME, LogicalResourceId=logical_id
    )
    name: str = resource["StackResourceDetail"]["PhysicalResourceId"]
    return name


def _package(emulator: Emulator, template: Template, layers: Mapping[str, Path]) -> dict[str, Any]:
    """Upload what the template names by folder or file; return the template with links instead."""
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=ARTIFACTS)

    def uploaded(body: bytes) -> str:
        key = hashlib.sha256(body).hexdigest()
        s3.put_object(Bucket=ARTIFACTS, Key=key, Body=body)
        return f"s3://{ARTIFACTS}/{key}"

    packaged = copy.deepcopy(template.body)
    functions = {function.name: function.folder for function in template.functions}
    for name, resource in packaged["Resources"].items():
        properties = resource.get("Properties", {})
        match resource["Type"]:
            case "AWS::Serverless::LayerVersion":
                properties["ContentUri"] = uploaded(_archive({f"{SITE}/{name}.pth": _link(layers[name] / "python")}))
            case "AWS::Serverless::Function":
                properties["CodeUri"] = uploaded(_archive(_contents(functions[name])))
            case "AWS::Serverless::StateMachine":
                definition = read_yaml(template.folder / properties["DefinitionUri"])
                # The emulator reads state machines as JSON only.
                properties["DefinitionUri"] = uploaded(json.dumps(definition).encode())
    return packaged


def _link(packages: Path) -> bytes:
    """Return a .pth file that adds a folder to the path where Lambda has a layer: before the runtime's own packages.

    The emulator unpacks every layer for every process of every function. A layer of this one line instead of 100 MB
    saves seconds at each cold start and gigabytes of disk.
    """
    return f"import sys; sys.path.insert(1, {str(packages)!r})\n".encode()


def _contents(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder by their path in it, but byte code."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.parent.name != "__pycache__"
    }


def _archive(files: Mapping[str, bytes]) -> bytes:
    """Return files as a zip archive; the same files make the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def _apply(emulator: Emulator, template: dict[str, Any], parameters: Mapping[str, str]) -> None:
    """Create or update the stack and wait for the end."""
    cloudformation = emulator.client("cloudformation")
    try:
        cloudformation.describe_stacks(StackName=STACK_NAME)
        kind = "UPDATE"
    except ClientError:
        kind = "CREATE"
    change_set = cloudformation.create_change_set(
        StackName=STACK_NAME,
        ChangeSetName=f"{STACK_NAME}-{time.time_ns()}",
        ChangeSetType=kind,
        TemplateBody=json.dumps(template),
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )["Id"]
    try:
        if not _changes(lambda: cloudformation.describe_change_set(ChangeSetName=change_set)):
            return
        cloudformation.execute_change_set(ChangeSetName=change_set)
        _settle(lambda: cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"][0], "StackStatus")
    except DeployError as error:
        reasons = [
            f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', event['ResourceStatus'])}"
            for event in cloudformation.describe_stack_events(StackName=STACK_NAME)["StackEvents"]
            if event["ResourceStatus"].endswith("FAILED")
        ]
        raise DeployError("\n".join([str(error), *dict.fromkeys(reasons), emulator.tail(5)])) from None


def _changes(describe: Callable[[], dict[str, Any]]) -> bool:
    """Wait for a change set; return False when it is empty, which CloudFormation reports as a failure."""
    try:
        _settle(describe, "Status")
    except DeployError as error:
        if "didn't contain changes" in str(error):
            return False
        raise
    return True


def _settle(describe: Callable[[], dict[str, Any]], field: str) -> None:
    """Wait until a status is final; raise DeployError unless it is a success."""
    deadline = time.monotonic() + DEPLOY_SECONDS
    while (answer := describe())[field].endswith(("PENDING", "IN_PROGRESS")):
        if time.monotonic() > deadline:
            raise DeployError(f"CloudFormation is still at {answer[field]} after {DEPLOY_SECONDS} s.")
        time.sleep(0.1)
    if answer[field] not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        raise DeployError(f"{answer[field]}: {answer.get('StatusReason') or answer.get('StackStatusReason', '')}")


def _retire_old_versions(emulator: Emulator) -> None:
    """Delete the versions that no alias names any more; the emulator ends their processes with them."""
    functions = emulator.client("lambda")
    for name in _physical_ids(emulator, "AWS::Lambda::Function").values():
        current = {alias["FunctionVersion"] for alias in functions.list_aliases(FunctionName=name)["Aliases"]}
        for version in functions.list_versions_by_function(FunctionName=name)["Versions"]:
            if version["Version"] not in current | {"$LATEST"}:
                functions.delete_function(FunctionName=name, Qualifier=version["Version"])


def _describe(emulator: Emulator) -> Deployment:
    """Look up what the stack has made."""
    (api,) = _physical_ids(emulator, "AWS::ApiGateway::RestApi").values()
    (stage,) = _physical_ids(emulator, "AWS::ApiGateway::Stage").values()
    (key,) = _physical_ids(emulator, "AWS::ApiGateway::ApiKey").values()
    return Deployment(
        base_url=f"{emulator.endpoint_url}/_aws/execute-api/{api}/{stage}",
        api_key=emulator.client("apigateway").get_api_key(apiKey=key, includeValue=True)["value"],
        state_machines=_physical_ids(emulator, "AWS::StepFunctions::StateMachine"),
    )


def _physical_ids(emulator: Emulator, kind: str) -> dict[str, str]:
    """Return the resources of a type: physical ids by logical id."""
    resources = emulator.client("cloudformation").describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    return {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for resource in resources
        if resource["ResourceType"] == kind
    }
