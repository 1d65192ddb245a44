"""A router's bundle from a stranger, attacked: it does not choose which secret is sent where."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("numpy", reason="pip install 'kwlogic[route]'")

CONFIG = """[tool.kwlogic.route.endpoint]
base_url = "{url}"
model = "m"
key_env = "{key}"
"""


@pytest.mark.parametrize(
    ("url", "key", "allowed"),
    [
        ("https://ours.example/v1", "OUR_KEY", True),
        ("https://theirs.example/v1", "OUR_KEY", False),
        ("https://ours.example/v1", "OTHER_KEY", False),
    ],
)
def test_a_bundle_sends_no_key_that_the_project_does_not_send(
    url: str, key: str, allowed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from kwlogic.weave.route.bundle import _hold_key
    from kwlogic.weave.route.data import EncoderError, Endpoint, Settings

    (tmp_path / "pyproject.toml").write_text(CONFIG.format(url="https://ours.example/v1", key="OUR_KEY"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    asked = Settings(encoder="endpoint", endpoint=Endpoint(url, "m", key))
    if allowed:
        _hold_key(asked)
    else:
        with pytest.raises(EncoderError, match="does not configure"):
            _hold_key(asked)
    _hold_key(Settings(encoder="endpoint", endpoint=Endpoint(url, "m")))
