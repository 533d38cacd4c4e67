"""Bytes and texts that are almost what they should be."""

from __future__ import annotations

from hypothesis import strategies as st

SPLICED = [b"\x00", b"\xff" * 8, b"\x80" * 9 + b"\x01", b"PAR1", b"[" * 2000, b"9" * 400, b"null", b"-1", b"NaN", b'""']


@st.composite
def mutated(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """One of some contents, with up to four bytes or slices changed, taken out, put in or repeated."""
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        if draw(st.booleans()):  # what is small and at the end is what describes the rest
            at = max(len(data) - 1 - at % 64, 0)
        to = at + draw(st.integers(1, 40))
        match draw(st.sampled_from(["flip", "set", "cut", "end", "splice", "repeat", "other"])):
            case "flip":
                data[at : at + 1] = bytes(byte ^ (1 << draw(st.integers(0, 7))) for byte in data[at : at + 1])
            case "set":
                data[at : at + 1] = bytes([draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFE, 0xFF]))])
            case "cut":
                del data[at:to]
            case "end":
                del data[at:]
            case "splice":
                data[at:at] = draw(st.one_of(st.sampled_from(SPLICED), st.binary(max_size=12)))
            case "repeat":
                data[at:at] = data[at:to] * draw(st.sampled_from([1, 2, 50]))
            case "other":
                other = draw(st.sampled_from(seeds))
                data[at:to] = other[at:to]
    return bytes(data)


HOSTILE_TEXTS = [
    "", " ", ".", "..", "../../up", "/etc/passwd", "a/b", "a\\b", "CON", "nul.txt", "x" * 5000, "\x00", "a\x00b", "\n",
    "a\nb", "\x1b[31mred\x1b]0;title\x07", "\x9b31m", "\u202eevil", "\u2028", "[bold]x[/bold]", "$\\frac{1}{0}$",
    "σ→形😀",
    "\ud800", "%s%n", "{0.__class__}", "__import__('os')", "os:system", "problems.base:Problem", "=cmd|'/c calc'!A0",
    "NaN",
]  # fmt: skip
WEIRD = st.one_of(
    st.sampled_from(HOSTILE_TEXTS),
    st.sampled_from([None, True, False, 0, 1, -1, 2**31, 2**53, 2**63, -(2**63), 10**400, 0.0, -0.0, 1.5, -2.5]),
    st.sampled_from([float("nan"), float("inf"), float("-inf"), 1e308, -1e308, 5e-324]),
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
        lambda parts: st.lists(parts, max_size=4) | st.dictionaries(st.text(max_size=5), parts, max_size=4),
        max_leaves=8,
    ),
)
"""Values that JSON can hold."""


EXTREME = [0.0, -0.0, 1.0, -1.5, 5e-324, 1e-300, 1e300, -1e308, float("nan"), float("inf"), float("-inf")]
ALIKE: dict[type, st.SearchStrategy[object]] = {
    bool: st.booleans(),
    int: st.sampled_from([0, 1, 2, 30, 2**31, 2**53, 2**63 - 1]),
    float: st.sampled_from(EXTREME) | st.floats(),
    str: st.sampled_from([*HOSTILE_TEXTS, "completed", "failed", "skipped"]),
    list: st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=4) | st.lists(st.sampled_from(EXTREME)),
    type(None): st.none(),
}
"""Values that an entry may well have."""


@st.composite
def twisted(draw: st.DrawFn, whole: dict[str, object]) -> dict[str, object]:
    """Give a dictionary in which some entries, and perhaps many, are missing or others of their kind."""
    names = draw(st.lists(st.sampled_from(list(whole)), max_size=12, unique=True))
    changed = {name: draw(ALIKE[type(whole[name])]) for name in names if draw(st.integers(0, 5))}
    return {name: value for name, value in whole.items() if name not in names} | changed


@st.composite
def edited(draw: st.DrawFn, whole: dict[str, object]) -> dict[str, object]:
    """Give a dictionary in which up to three entries are missing, strange or too many."""
    changed = dict(whole)
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from([*whole, "what", "__class__", "index"]))
        if draw(st.integers(0, 4)):
            changed[name] = draw(WEIRD)
        else:
            changed.pop(name, None)
    return changed
