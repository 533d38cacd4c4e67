from __future__ import annotations

import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from bench.errors import BadInput
from bench.experiments.registry import make_problem
from fuzz.cases import cases
from fuzz.mutate import mutated
from problems import outlines

OWN = outlines.draw(6, np.random.default_rng(0), 12)[0]
Content = bytes


def saved(array: Any) -> Content:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def header(shape: str, dtype: str = "<f8") -> Content:
    text = f"{{'descr': {dtype!r}, 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode() + bytes(800)


def designs(path: Path, content: Content) -> np.ndarray | None:
    """Designs of a file of one's own; None if it is refused."""
    path.write_bytes(content)
    try:
        problem = make_problem("isoperimetric", n_vertices=12, data={"source": str(path)})
    except BadInput:
        return None
    drawn = problem.designs(10, np.random.default_rng(0))
    assert drawn is not None
    assert np.isfinite(drawn).all()
    return drawn


SOUND = {
    "own.npy": [saved(OWN), saved(OWN.reshape(6, 12, 2)), saved(OWN.astype("f4"))],
    "own.csv": ["\n".join(",".join(map(repr, row)) for row in OWN.tolist()).encode()],
}


@pytest.mark.parametrize(("name", "content"), [(name, each) for name, contents in SOUND.items() for each in contents])
def test_a_sound_file_is_read_and_all_its_forms_give_the_same_designs(
    tmp_path: Path, name: str, content: Content
) -> None:
    read, reference = designs(tmp_path / name, content), designs(tmp_path / "reference.npy", saved(OWN))
    assert read is not None
    assert reference is not None
    np.testing.assert_allclose(read, reference, atol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_sound_outlines_are_read_wherever_they_lie_and_whatever_their_size(tmp_path: Path, seed: int) -> None:
    drawn = outlines.draw(5, np.random.default_rng(seed), 12)[0]
    read, moved = designs(tmp_path / "own.npy", saved(drawn)), designs(tmp_path / "moved.npy", saved(3 * drawn + 1))
    assert read is not None
    assert moved is not None
    np.testing.assert_allclose(read, moved, atol=1e-9)


@pytest.mark.filterwarnings("ignore")
@cases(120, mutated([saved(OWN), saved(OWN.reshape(6, 12, 2)), saved(OWN.astype("f2")), saved(OWN.astype("U"))]))
def test_a_mutated_array_gives_designs_or_is_refused(tmp_path: Path, content: Content) -> None:
    designs(tmp_path / "own.npy", content)


TEXT = "\n".join(",".join(f"{value:.6g}" for value in row) for row in OWN).encode()


@pytest.mark.filterwarnings("ignore")
@cases(60, mutated([TEXT]))
def test_a_mutated_text_gives_designs_or_is_refused(tmp_path: Path, content: Content) -> None:
    designs(tmp_path / "own.csv", content)


@pytest.mark.filterwarnings("ignore")
@cases(60, st.lists(st.floats(width=64), min_size=32, max_size=32))
def test_outlines_of_any_numbers_give_designs_or_are_refused(tmp_path: Path, numbers: list[float]) -> None:
    designs(tmp_path / "own.npy", saved(np.array(numbers).reshape(4, 4, 2)))


class Bomb:
    """What must never be unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path("exploded").touch, ())


def zipped(size: int) -> Content:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", saved(np.zeros(size)))
    return file.getvalue()


BOMBS = {
    "a pickle": pickle.dumps(Bomb()),
    "an array of objects": saved(np.array([Bomb()], dtype=object)),
    "an archive": zipped(10**6),
    "an endless shape": header("(1000000000000, 24)"),
    "a shape that overflows": header("(4294967296, 4294967296, 24)"),
    "a negative shape": header("(-4, 24)"),
    "a shape that is code": header("(__import__('pathlib').Path('exploded').touch(),)"),
    "objects within": header("(4, 24)", "|O"),
    "nothing": b"",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_file_that_would_run_code_or_fill_the_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bomb: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert designs(tmp_path / "own.npy", BOMBS[bomb]) is None
    assert not Path("exploded").exists()


def test_a_nul_in_a_file_name_is_refused() -> None:
    with pytest.raises(BadInput, match=r"data\.source"):
        make_problem("isoperimetric", n_vertices=12, data={"source": "own\x00.npy"})
