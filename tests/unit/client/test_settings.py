"""Which deployment is called: the one that is named, that of the environment, or the local one."""

import json
from pathlib import Path

import pytest
from idphoto_client import Settings, SettingsError

ENVIRONMENT = {"IDPHOTO_BASE_URL": "https://api.test/v1/", "IDPHOTO_API_KEY": "secret"}


@pytest.fixture
def local(tmp_path: Path) -> Path:
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "stack.json").write_text(json.dumps({"base_url": "http://127.0.0.1:1/v1", "api_key": "own"}))
    return tmp_path


def test_the_environment_names_a_deployment() -> None:
    assert Settings.find(environment=ENVIRONMENT) == Settings("https://api.test/v1", "secret")


def test_what_is_given_goes_before_the_environment() -> None:
    found = Settings.find("https://other.test/v1", "other", environment=ENVIRONMENT)

    assert found == Settings("https://other.test/v1", "other")


def test_the_local_stack_stands_in_also_from_a_folder_below(local: Path) -> None:
    (local / "below").mkdir()

    assert Settings.find(environment={}, folder=local / "below") == Settings("http://127.0.0.1:1/v1", "own")


def test_the_key_of_the_local_stack_is_not_sent_elsewhere(local: Path) -> None:
    with pytest.raises(SettingsError, match=r"no API key for https://api\.test"):
        Settings.find("https://api.test/v1", environment={}, folder=local)


def test_without_any_the_way_out_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="make serve"):
        Settings.find(environment={}, folder=tmp_path)


def test_something_else_than_an_address_is_refused() -> None:
    with pytest.raises(SettingsError, match="no web address"):
        Settings.find("api.test", "key", environment={})
