"""The fitted encoders of an experiment directory, a folder each, and what reach searches through them have found."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.store import designs, rows
from bench.store.files import LARGEST_RECORDS, Doubt, content, ignore, read_json, write
from bench.store.records import Fitted


class Encoders:
    """Reads and writes the fitted encoders in one folder.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keys(self) -> list[str]:
        """Keys of the fitted encoders, whether they can be believed or not."""
        return sorted(path.name for path in self.folder.glob("*") if not path.name.startswith("."))

    def put(self, fitted: Fitted) -> None:
        """Write one fitted encoder."""
        folder = self.folder / fitted.key
        folder.mkdir(exist_ok=True)
        write(folder / "arrays.safetensors", fitted.arrays)
        info = {"key": fitted.key, "sha256": sha256(fitted.arrays).hexdigest(), **fitted.info}
        write(folder / "info.json", json.dumps(info, indent=1).encode())

    def get(self, key: str, doubt: Doubt = ignore) -> Fitted | None:
        """Read a fitted encoder; None if it is not there, or cannot be believed, which `doubt` is told."""
        folder = self.folder / key
        try:
            if folder.is_symlink():
                raise ValueError
            arrays = content(folder / "arrays.safetensors", LARGEST_RECORDS)
            info = dict(read_json(folder / "info.json"))
            if (info.pop("key", None), info.pop("sha256", None)) != (key, sha256(arrays).hexdigest()):
                raise ValueError
            if rows.misfit(info, rows.INFO) or "fit_seconds" not in info:
                raise ValueError
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError):
            doubt(folder, "is not the encoder that was stored")
            return None
        return Fitted(key, arrays, info)

    def put_reach(self, key: str, reached: dict[str, Any]) -> None:
        """Write what a reach search through a fitted encoder has found."""
        text = json.dumps({"key": key, **reached}, indent=1, default=designs.packed)
        write(self.folder / key / "reach.json", text.encode())

    def reaches(self, doubt: Doubt = ignore) -> dict[str, dict[str, Any]]:
        """What reach searches have found, by the key of the fit; `doubt` is told of files that cannot be believed."""
        found = {}
        for key in self.keys():
            path = self.folder / key / "reach.json"
            try:
                reached = dict(read_json(path))
                reached["design"] = designs.unpacked(reached.get("design"))
                if reached.pop("key", None) != key or rows.misfit(reached, rows.REACH):
                    raise ValueError
                if not reached.keys() >= rows.REACH.keys():
                    raise ValueError
            except FileNotFoundError:
                continue
            except (OSError, ValueError, TypeError):
                doubt(path, "is not what a reach search has left")
                continue
            found[key] = reached
        return found
