"""Rooms and doors: who imports whom, and that folder, resource and state of an effect name each other."""

import ast
from pathlib import Path

import pytest
import yaml
from idphoto.recipe import KINDS

ROOT = Path(__file__).resolve().parents[2]
ENGINE = sorted((ROOT / "layers/engine/idphoto").rglob("*.py"))
SERVICE = sorted((ROOT / "layers/service/idphoto_service").rglob("*.py"))
FUNCTIONS = sorted((ROOT / "functions").glob("*/app.py"))


class _Loader(yaml.SafeLoader):
    """Reads a template's short intrinsics as plain values."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: _plain(loader, node))


def _plain(loader, node):
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)


def load(name):
    return yaml.load((ROOT / name).read_text(encoding="utf-8"), _Loader)  # noqa: S506


def imported(file):
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("file", ENGINE, ids=lambda file: file.stem)
def test_the_engine_knows_no_cloud_no_http_and_no_environment(file):
    assert not imported(file) & {"boto3", "botocore", "aws_lambda_powertools", "httpx", "os", "idphoto_service"}


@pytest.mark.parametrize("file", FUNCTIONS, ids=lambda file: file.parent.name)
def test_a_function_is_a_page_and_holds_no_image_code(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 45
    assert not imported(file) & {"numpy", "PIL", "boto3", "idphoto"}


@pytest.mark.parametrize("file", SERVICE, ids=lambda file: file.stem)
def test_the_service_imports_no_function(file):
    assert not any(name.startswith("functions") for name in imported(file))


def test_every_function_folder_has_its_resource_and_every_resource_its_folder():
    resources = load("template.yaml")["Resources"]
    declared = {
        name.removesuffix("Function").lower(): resource["Properties"]["CodeUri"]
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Serverless::Function"
    }
    assert declared == {file.parent.name: f"functions/{file.parent.name}" for file in FUNCTIONS}


def test_the_chain_has_a_state_for_check_and_for_every_kind_that_has_a_function_in_their_fixed_order():
    states = load("functions/chain/chain.asl.yaml")["States"]
    tasks = [name.lower() for name, state in states.items() if state["Type"] == "Task"]
    built = [kind for kind in KINDS if (ROOT / "functions" / kind).is_dir()]
    effects = [kind for kind in built if kind not in {"make", "background"}]
    assert tasks == ["check", "make", *effects, "background"]


def test_each_state_calls_the_function_of_its_own_name_and_is_skipped_by_a_choice_before_it():
    states = load("functions/chain/chain.asl.yaml")["States"]
    for name, state in states.items():
        if state["Type"] == "Task":
            assert state["Arguments"]["FunctionName"] == f"${{{name}Function}}"
            assert name in {rule["Next"] for rule in states[f"{name}?"]["Choices"]}


def test_retries_are_for_transient_faults_only():
    states = load("functions/chain/chain.asl.yaml")["States"]
    for state in states.values():
        for retry in state.get("Retry", []):
            assert all(error.startswith("Lambda.") for error in retry["ErrorEquals"])
            assert retry["JitterStrategy"] == "FULL"


def test_the_chain_needs_no_reader_that_resolves_aliases():
    # CloudFormation's own handler reads a definition into a tree of nodes, in which an alias is its bare name.
    events = yaml.parse((ROOT / "functions/chain/chain.asl.yaml").read_text(encoding="utf-8"))
    assert not [event for event in events if isinstance(event, yaml.AliasEvent)]


def test_every_task_has_a_time_limit_and_retries_alike():
    states = load("functions/chain/chain.asl.yaml")["States"]
    tasks = [state for state in states.values() if state["Type"] == "Task"]
    assert all(task["Retry"] == tasks[0]["Retry"] and task["TimeoutSeconds"] for task in tasks)


def test_every_next_state_exists_and_every_state_is_reached():
    chain = load("functions/chain/chain.asl.yaml")
    states = chain["States"]
    targets = {chain["StartAt"]}
    for state in states.values():
        targets |= {state.get("Next"), state.get("Default")} | {rule["Next"] for rule in state.get("Choices", [])}
    assert targets - {None} == set(states)


def test_a_state_machine_may_call_the_functions_of_its_states_and_nothing_else():
    states = load("functions/chain/chain.asl.yaml")["States"]
    called = {name for name, state in states.items() if state["Type"] == "Task"}
    for name, resource in load("template.yaml")["Resources"].items():
        if resource["Type"] == "AWS::Serverless::StateMachine":
            properties = resource["Properties"]
            granted = [policy["LambdaInvokePolicy"]["FunctionName"] for policy in properties["Policies"]]
            assert sorted(granted) == sorted(f"{state}Function" for state in called), name
            assert set(properties["DefinitionSubstitutions"]) == {*granted, "Partition"}, name


def test_no_policy_of_the_template_names_every_resource():
    assert 'Resource: "*"' not in (ROOT / "template.yaml").read_text(encoding="utf-8")


def test_functions_that_run_models_carry_the_inference_layer_and_no_others_do():
    resources = load("template.yaml")["Resources"]
    carrying = {
        name
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Serverless::Function" and "InferenceLayer" in resource["Properties"]["Layers"]
    }
    assert carrying == {"CheckFunction", "MakeFunction"}
