import pytest

from bench.commands.common import say_failures


def test_each_reason_is_said_once_with_how_many_share_it(capsys: pytest.CaptureFixture[str]) -> None:
    say_failures({"a, search 0": "ValueError: no", "b": "it died", "a, search 1": "ValueError: no"})
    assert capsys.readouterr().err.splitlines() == [
        "failed: 2, such as a, search 0: ValueError: no",
        "failed: b: it died",
    ]
