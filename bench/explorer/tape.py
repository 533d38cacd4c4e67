"""Records what Torch computes from a latent, as a few kinds of steps on one long row of numbers."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map_only

Step = list[Any]
Places = np.ndarray
"""Where a tensor's numbers stand in the row, counted from 1, in its shape; 0 for a constant that is not there yet."""

ALIKE = ("relu", "sigmoid", "tanh", "silu", "exp", "log", "sin", "cos", "sqrt", "neg", "abs")
"""Functions of one number that have the same names in JavaScript's part."""
PAIRS = {"add": "add", "sub": "sub", "mul": "mul", "div": "div", "pow": "pow", "maximum": "max", "minimum": "min"}
MOVES = (
    *("cat", "stack", "clone", "_unsafe_view", "repeat", "flip", "roll", "index_select", "constant_pad_nd", "_to_copy"),
    *("replication_pad1d", "replication_pad2d", "reflection_pad1d", "reflection_pad2d"),
    *("upsample_nearest1d", "upsample_nearest2d"),
)
"""What only moves numbers is done to their places."""
ASIDE = ("new_empty", "new_zeros", "new_ones", "new_full", "empty_like", "zeros_like", "ones_like", "full_like")
"""What only has the shape of other numbers."""
INTO = ("copy", "fill", "zero")
"""What only overwrites numbers, by those of others or by constants."""


class Untraceable(ValueError):
    """What the tape has no steps for."""


def packed(array: np.ndarray, kind: str = "<f4") -> str:
    """Numbers as little-endian float32, or of another kind, in base64, row by row.

    Raises
    ------
    ValueError
        If one of them is not finite in float32.
    """
    with np.errstate(over="ignore"):
        numbers = np.ascontiguousarray(array, dtype=kind)
    if not np.isfinite(numbers).all():
        raise ValueError("holds numbers that are not finite")
    return base64.b64encode(numbers.tobytes()).decode()


class Tape(TorchDispatchMode):
    """Records, while it is entered, what is computed from some numbers.

    Views of a tensor share its storage, and with it the places of its numbers, so that they need no steps.

    Attributes
    ----------
    size : int
        Of the row: the first numbers, constants and results, as they came.
    constants : list
        ``[first place, numbers packed]``.
    steps : list
        ``["take", to, places packed as int32]`` : numbers next to each other.
        ``["one", to, n, function, from]`` : a function of each of n numbers.
        ``["two", to, n, function, a, a's stride, b, b's stride]`` : of each of n pairs; strides are 0 or 1.
        ``["product", to, a, b, rows, inner, columns]`` : of two matrices.
        ``["sum", to, from, n, m]`` : n sums of m numbers each.
        ``["convolve", to, from, weight, [channels out, in], [rows, columns], [kernel], [stride]]``.
        All places are counted from 0 here.
    """

    def __init__(self, start: Tensor) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.size = 0
        self.constants: list[list[Any]] = []
        self.steps: list[Step] = []
        self._known: dict[str, Places] = {}
        self._stored: dict[int, Tensor] = {}
        self._kept: list[Tensor] = []
        self._write(start, self._new(start.numel()).reshape(start.shape))

    def result(self, tensor: Tensor) -> int:
        """Where the numbers of a tensor stand next to each other, from 0."""
        return self._run(self._read(tensor), always=True)[0]

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Nothing is compiled under a tape; to make sure of that, Torch would import its compiler for a second."""
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Do what was asked for, and record it if it is about numbers that are recorded."""
        kwargs = kwargs or {}
        if not any(self._is_live(each) for each in tree_leaves((args, kwargs)) if isinstance(each, Tensor)):
            return func(*args, **kwargs)
        name, mutable = func.overloadpacket.__name__, func._schema.is_mutable
        name = name.removesuffix("_") if mutable else name
        rule = None if self._is_view(func) or name in ASIDE else self._rule(name)
        if rule is None:
            return func(*args, **kwargs)
        read = self._places if name in (*MOVES, *INTO) else self._read
        found = rule(*tree_map_only(Tensor, read, args), **tree_map_only(Tensor, read, kwargs))
        out = func(*args, **kwargs)
        self._write(args[0] if mutable else out, found)
        return out

    def _is_view(self, func: Any) -> bool:
        given = [each.alias_info for each in func._schema.returns]
        named = func.overloadpacket.__name__ in ("unsafe_split", "unsafe_split_with_sizes", "unsafe_chunk")
        return named or any(alias is not None and not alias.is_write for alias in given)

    # --- places of numbers

    def _is_live(self, tensor: Tensor) -> bool:
        return tensor.untyped_storage().data_ptr() in self._stored

    def _strided(self, tensor: Tensor) -> Tensor:
        """The part of its storage's places that a tensor is."""
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in self._stored:
            self._stored[storage.data_ptr()] = torch.zeros(storage.nbytes() // tensor.itemsize, dtype=torch.int64)
            self._kept.append(tensor)  # no other may get its memory
        return self._stored[storage.data_ptr()].as_strided(tensor.shape, tensor.stride(), tensor.storage_offset())

    def _write(self, tensor: Tensor, places: Places) -> None:
        self._strided(tensor).copy_(torch.from_numpy(np.broadcast_to(places, tensor.shape).copy()))

    def _places(self, tensor: Tensor) -> Places:
        return self._strided(tensor).numpy() if self._is_live(tensor) else np.zeros(tensor.shape, dtype=np.int64)

    def _read(self, tensor: Tensor) -> Places:
        """Places of a tensor's numbers, with its constants put into the row."""
        places = self._places(tensor).copy()
        missing = places == 0
        if missing.any():
            places[missing] = self._constant(tensor.numpy()[missing])
        return places

    def _constant(self, values: Any) -> Places:
        numbers = np.asarray(values, dtype=float)
        text = packed(numbers)
        if text not in self._known:
            self._known[text] = self._new(numbers.size)
            self.constants.append([int(self._known[text][0]) - 1, text])
        return self._known[text].reshape(numbers.shape)

    def _new(self, n: int) -> Places:
        self.size += n
        return np.arange(self.size - n, self.size) + 1

    def _run(self, places: Places, always: bool = False) -> tuple[int, int]:
        """Where numbers begin, from 0, and their stride: they are gathered where it is neither 1 nor, if allowed, 0."""
        row = places.ravel()
        first = int(row[0]) - 1 if row.size else 0
        if (np.diff(row) == 1).all():
            return first, 1
        if not always and (row == row[0]).all():
            return first, 0
        to = self._new(row.size)
        self.steps.append(["take", int(to[0]) - 1, packed(row - 1, "<i4")])
        return int(to[0]) - 1, 1

    # --- steps

    def _rule(self, name: str) -> Callable[..., Places]:
        if name in MOVES:
            return lambda *args, **kwargs: self._moved(name, *args, **kwargs)
        if name in INTO:
            return lambda there, source=None, *_, **__: (
                source if isinstance(source, np.ndarray) else np.zeros_like(there)
            )
        if name in ALIKE:
            return lambda x: self._one(name, x)
        if name in PAIRS:
            return lambda a, b, alpha=1: self._two(PAIRS[name], a, b if alpha == 1 else self._two("mul", b, alpha))
        rule: Callable[..., Places] | None = getattr(self, f"_{name}", None)
        if rule is None:
            raise Untraceable(f"the page knows no '{name}'")
        return rule

    def _moved(self, name: str, *args: Any, **kwargs: Any) -> Places:
        given = tree_map_only(np.ndarray, lambda each: torch.from_numpy(each.astype(float)), (args, kwargs))
        kwargs = {key: value for key, value in given[1].items() if key not in ("dtype", "memory_format")}
        return np.asarray(getattr(torch.ops.aten, name)(*given[0], **kwargs).numpy().astype(np.int64))

    def _one(self, function: str, x: Places) -> Places:
        start = self._run(x, always=True)[0]
        to = self._new(x.size)
        self.steps.append(["one", int(to[0]) - 1, x.size, function, start])
        return to.reshape(x.shape)

    def _two(self, function: str, a: Any, b: Any) -> Places:
        a, b = (each if isinstance(each, np.ndarray) else self._constant(each) for each in (a, b))
        shape = np.broadcast_shapes(a.shape, b.shape)
        sides = [each for side in (a, b) for each in self._run(np.broadcast_to(side, shape))]
        to = self._new(math.prod(shape))
        self.steps.append(["two", int(to[0]) - 1, to.size, function, *sides])
        return to.reshape(shape)

    def _rsub(self, a: Places, b: Any, alpha: float = 1) -> Places:
        return self._two("sub", b, a if alpha == 1 else self._two("mul", a, alpha))

    def _clamp(self, x: Places, low: Any = None, high: Any = None, **named: Any) -> Places:
        low, high = named.get("min", low), named.get("max", high)
        x = x if low is None else self._two("max", x, low)
        return x if high is None else self._two("min", x, high)

    def _mm(self, a: Places, b: Places) -> Places:
        (rows, inner), columns = a.shape, b.shape[1]
        starts = [self._run(each, always=True)[0] for each in (a, b)]
        to = self._new(rows * columns)
        self.steps.append(["product", int(to[0]) - 1, *starts, rows, inner, columns])
        return to.reshape(rows, columns)

    def _bmm(self, a: Places, b: Places) -> Places:
        return np.stack([self._mm(*pair) for pair in zip(a, b, strict=True)])

    def _addmm(self, shift: Places, a: Places, b: Places) -> Places:
        return self._two("add", self._mm(a, b), shift)

    def _sum(self, x: Places, dim: Sequence[int] | None = None, keepdim: bool = False, **_: Any) -> Places:
        axes = tuple(sorted(axis % x.ndim for axis in (dim or range(x.ndim))))
        last = np.moveaxis(x, axes, range(-len(axes), 0))
        m = math.prod(x.shape[axis] for axis in axes)
        start = self._run(last, always=True)[0]
        to = self._new(x.size // m)
        self.steps.append(["sum", int(to[0]) - 1, start, to.size, m])
        kept = [1 if axis in axes else size for axis, size in enumerate(x.shape)]
        return to.reshape(kept if keepdim else [size for axis, size in enumerate(x.shape) if axis not in axes])

    def _mean(self, x: Places, dim: Sequence[int] | None = None, keepdim: bool = False, **_: Any) -> Places:
        total = self._sum(x, dim, keepdim)
        return self._two("div", total, x.size / total.size)

    def _convolution(
        self, x: Places, weight: Places, bias: Places | None, stride: Any, padding: Any, dilation: Any, *other: Any
    ) -> Places:
        transposed, _, groups = other
        if x.shape[0] != 1 or any(padding) or set(dilation) != {1} or transposed or groups != 1 or x.ndim > 4:
            raise Untraceable("the page knows convolutions over one or two axes only, without padding")
        strides = [1, *stride][-2:]
        (rows, columns), kernel = [1, *x.shape[2:]][-2:], [1, *weight.shape[2:]][-2:]
        sizes = [(n - k) // s + 1 for n, k, s in zip((rows, columns), kernel, strides, strict=True)]
        starts = [self._run(each, always=True)[0] for each in (x, weight)]
        to = self._new(weight.shape[0] * math.prod(sizes))
        channels = [int(n) for n in weight.shape[:2]]
        self.steps.append(["convolve", int(to[0]) - 1, *starts, channels, [rows, columns], kernel, strides])
        found = to.reshape(1, weight.shape[0], *sizes[-(x.ndim - 2) :])
        return found if bias is None else self._two("add", found, bias.reshape(-1, *[1] * (x.ndim - 2)))
