"""Files are read as people and programs write them; what cannot be read is told in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.latent import design_files
from problems import files, outline_files, outlines
from problems.data import DataSettings, read_array
from problems.layouts import Outline

TABLE = np.array([[0.5, -1.25, 3.0], [1.5, 2.25e-3, -4.0]])


def comma(value: float) -> str:
    return f"{value:g}".replace(".", ",")


def lines(cell: Callable[[float], str], separator: str, end: str = "") -> str:
    return "".join(separator.join(map(cell, row)) + end + "\n" for row in TABLE)


WAYS = {
    "plain": lines("{:g}".format, ","),
    "byte order mark": "\ufeff" + lines("{:g}".format, ","),
    "heading": "a,b,c\n" + lines("{:g}".format, ","),
    "row numbers": ",a,b,c\n" + "".join(f"{i},{line}\n" for i, line in enumerate(lines("{:g}".format, ",").split())),
    "semicolons": lines("{:g}".format, ";"),
    "semicolons and decimal commas": "a;b;c\n" + lines(comma, ";"),
    "tabs and decimal commas": lines(comma, "\t"),
    "blanks": lines("{:10g}".format, "  "),
    "blanks and decimal commas": lines(comma, " "),
    "quotes": lines('"{:g}"'.format, ","),
    "trailing commas": lines("{:g}".format, ",", ","),
    "words": "name,a,b,c\n" + "".join(f"wing,{line}\n" for line in lines("{:g}".format, ",").split()),
    "comments": "# three numbers\n" + lines("{:g}".format, ", "),
    "Windows": lines("{:g}".format, ",").replace("\n", "\r\n"),
}


@pytest.mark.parametrize("suffix", ["csv", "CSV", "txt"])
@pytest.mark.parametrize("way", WAYS)
def test_a_table_is_read_however_it_is_written(tmp_path: Path, way: str, suffix: str) -> None:
    path = tmp_path / f"own.{suffix}"
    path.write_bytes(WAYS[way].encode())
    assert np.array_equal(read_array(path), TABLE)


@pytest.mark.parametrize("name", ["csv", "geojson", "svg", "dxf"])
def test_what_sample_writes_is_read(tmp_path: Path, name: str) -> None:
    designs = outlines.draw(5, np.random.default_rng(0), 20)[0]
    told = pd.DataFrame({"design": range(5), "σ": np.linspace(1, 2, 5)})
    list(design_files.write(designs, told, tmp_path, [name], layout=Outline(20)))
    found = outline_files.read(str(tmp_path), name, 20).designs
    assert np.abs(found - np.array([outlines.normalise(x.reshape(-1, 2)).ravel() for x in designs])).max() < 1e-5


def naca(n: int) -> tuple[np.ndarray, np.ndarray]:
    x = (1 - np.cos(np.linspace(0, np.pi, n))) / 2
    y = 0.6 * (0.2969 * np.sqrt(x) - 0.126 * x - 0.3516 * x**2 + 0.2843 * x**3 - 0.1036 * x**4)
    return np.stack([x, y], axis=1), np.stack([x, -0.5 * y], axis=1)


def test_airfoils_in_both_orders_are_one_outline_and_a_folder_is_read_by_name(tmp_path: Path) -> None:
    upper, lower = naca(30)

    def text(points: np.ndarray) -> str:
        return "".join(f"  {x:.6f}  {y:.6f}\n" for x, y in points)

    selig = "A WING 12\n" + text(np.concatenate([upper[::-1], lower[1:]]))
    lednicer = f"A WING 12\n   30.   30.\n\n{text(upper)}\n{text(lower)}"
    for number, content in enumerate((selig, lednicer, selig, lednicer)):
        (tmp_path / f"wing-{number}.DAT").write_text(content)
    (tmp_path / "notes.md").write_text("nothing")
    found = outline_files.read(str(tmp_path), "", 80).designs
    assert found.shape == (4, 160)
    assert np.abs(found - found[0]).max() < 1e-12
    several = tuple(str(tmp_path / f"wing-{number}.DAT") for number in range(4))
    assert np.array_equal(outline_files.read(several, "", 80).designs, found)
    assert DataSettings(source=several).digest == DataSettings(source=str(tmp_path)).digest


def test_curves_of_drawings_are_fine_polylines(tmp_path: Path) -> None:
    circles = "".join(f'<circle cx="{5 * i}" cy="3" r="2"/>' for i in range(4))
    (tmp_path / "own.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg">{circles}</svg>')
    found = outline_files.read(str(tmp_path / "own.svg"), "", 60).designs
    radius = np.linalg.norm(found.reshape(4, 60, 2), axis=2)
    assert np.ptp(radius) < 1e-3


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("own.csv", "a,b\n"),
        ("own.csv", "1,2,3\n4,5\n"),
        ("own.csv", ""),
        ("own.json", "{"),
        ("own.json", '{"a": "b"}'),
        ("own.npy", "text"),
        ("own.npz", "text"),
        ("own.dxf", "text"),
        ("own.svg", "text"),
        ("own.csv", "1,2,nan\n1,2,3\n"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(ValueError, match=r"data\.source: .*own\.\w+ (cannot be read: |holds values)") as caught:
        read_array(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_every_kind_of_file_has_a_suffix_in_lower_case() -> None:
    assert all(suffix == suffix.lower() for suffix in files.READERS)
