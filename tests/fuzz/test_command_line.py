from __future__ import annotations

import json
import os
from pathlib import Path
from unicodedata import category

import pytest
from hypothesis import strategies as st
from support import latentbench

from bench import cli
from bench.commands.common import OBJECTIONS
from fuzz.cases import cases
from fuzz.conftest import SMALL
from fuzz.forge import alone, read, record
from fuzz.mutate import HOSTILE_TEXTS, edited, mutated, twisted


def assert_plain(text: str) -> None:
    """Nothing but what is shown reaches the terminal."""
    spaces = {character for character in text if category(character) == "Zs"}
    assert [character for character in text if not character.isprintable() and character not in {"\n", *spaces}] == []


def assert_refused(code: int, out: str, err: str) -> None:
    assert code == cli.BAD_INPUT
    assert out == ""
    (line,) = err.splitlines()
    assert line.startswith("latentbench: ")
    assert_plain(err)


WORDS = st.one_of(
    st.sampled_from(
        [
            *("run", "table", "plot", "list", "check", "info", "verify", "problems", "isoperimetric", "vae", "--out"),
            *("--jobs", "--set", "--format", "--trust", "--time-limit", "--dry-run", "--fresh", "-h", "--", "1", "nan"),
            *("--set=x=[", "--set=x=" + "[" * 3000, "--set=x=1" + "0" * 5000, "--jobs=9" + "9" * 5000),
            *("experiment.toml", "suite", "csv", "no:where", "problems.base:Problem", "encoders.base"),
        ]
    ),
    st.sampled_from([text for text in HOSTILE_TEXTS if "\x00" not in text]),
    st.text(st.characters(exclude_characters="\x00"), max_size=12),
)


@cases(80, st.lists(WORDS, min_size=1, max_size=5))
def test_arguments_of_any_kind_are_understood_or_refused_in_a_line(tmp_path: Path, words: list[str]) -> None:
    if words[0] in ("run", "check") and not {"--dry-run", "--help"} & set(words):
        words = [*words, "--dry-run"]  # `check` has no such option, and would take long
    code, out, err = latentbench(*words, cwd=tmp_path)
    assert code in (cli.DONE, cli.BAD_INPUT)
    assert_plain(out + err)
    assert list(tmp_path.iterdir()) == []
    if code == cli.BAD_INPUT and out == "":
        assert_refused(code, out, err)


@cases(40, mutated([SMALL.encode()]))
def test_a_mutated_experiment_file_is_planned_or_refused_in_a_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mine.toml").write_bytes(content)
    code, out, err = latentbench("run", "mine.toml", "--dry-run", cwd=tmp_path)
    if code != cli.DONE:
        assert_refused(code, out, err)
    assert_plain(out + err)


@cases(8, st.data())
def test_a_table_of_forged_records_is_printed(small: Path, data: st.DataObject) -> None:
    with alone(small.parent / "out") as directory:
        for victim in data.draw(
            st.lists(st.sampled_from(sorted((directory / "records").iterdir())), min_size=1, max_size=5, unique=True)
        ):
            row, trace = read(victim)
            victim.write_bytes(record(data.draw(st.one_of(edited(row), twisted(row))), trace, row["run"]))
        for command in (["table"], ["info"], ["verify"]):
            code, out, err = latentbench(*command, str(directory))
            assert code in (cli.DONE, OBJECTIONS), err
            assert_plain(out + err)


@cases(2, st.data())
def test_forged_records_are_drawn_or_a_warning_says_why_not(small: Path, data: st.DataObject) -> None:
    with alone(small.parent / "out") as directory:
        for victim in sorted((directory / "records").iterdir())[:6]:
            row, trace = read(victim)
            victim.write_bytes(record(data.draw(twisted(row)), trace, row["run"]))
        code, out, err = latentbench("plot", str(directory))
        assert code == cli.DONE, err
        assert_plain(out + err)


EVIL = "\x1b[2J\x1b]0;title\x07\u202e[red]x[/red]\r\x9b31m"


@pytest.mark.parametrize("form", ["text", "markdown", "latex", "csv"])
def test_labels_and_reasons_are_shown_and_not_obeyed(copy: Path, form: str) -> None:
    identity = json.loads((copy / "experiment.json").read_text(encoding="utf-8"))
    identity["problems"][0]["label"] = EVIL
    for arm in identity["arms"]:
        arm["label"] += EVIL
    (copy / "experiment.json").write_text(json.dumps(identity), encoding="utf-8")
    for path in (copy / "records").iterdir():
        row, trace = read(path)
        forged = {"problem": EVIL, "arm": row["arm"] + EVIL, "quantity": EVIL, "status": "failed", "reason": EVIL}
        path.write_bytes(record(row | forged, trace))
    (copy / "records" / "\x1b[2Jx.parquet").write_bytes(b"")
    code, out, err = latentbench("table", str(copy), "--format", form)
    assert code == cli.DONE
    assert_plain(out + err)
    assert r"\x1b" in out.replace("\\textbackslash{}", "\\").replace("\\\\", "\\")
    assert "red" in out
    assert r"\x1b[2Jx.parquet" in err


@pytest.mark.parametrize("name", ["../up", "/absolute", "a\\u0000b", "..", "", "x" * 81])
def test_no_name_leads_out_of_the_results_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "mine.toml").write_text(SMALL.replace('"small"', f'"{name}"', 1), encoding="utf-8")
    assert_refused(*latentbench("run", "mine.toml", cwd=tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]


@pytest.mark.skipif(os.name != "posix", reason="makes links")
def test_plots_that_are_a_link_are_refused(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (copy / "plots").symlink_to(tmp_path / "outside")
    assert_refused(*latentbench("plot", str(copy)))
    assert list((tmp_path / "outside").iterdir()) == []
