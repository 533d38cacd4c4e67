"""Ways to write tables for people: plain text, Markdown, LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from textwrap import fill

import pandas as pd

WIDTH = 148
"""Characters in a line of a table of plain text; one whose words need more gets more."""
PROSE = 100
"""Characters in a line of a paragraph of plain text, which is hard to read where lines are long."""
BETWEEN = 3
"""Characters between two columns."""
WORD = 40
"""Characters of a word that is never cut."""


@dataclass(frozen=True)
class Mark:
    """A way to make a cell stand out: how it is called, as a predicate, and how it is set."""

    told: str
    put: Callable[[str], str]


@dataclass(frozen=True)
class Writer:
    """One output format: what it must escape, and how it sets headings, paragraphs, lists and titled tables of text.

    ``marks`` are those of the cells that are best, and of those tied with them.
    """

    escapes: Mapping[str, str]
    set_heading: Callable[[str], str]
    set_paragraph: Callable[[str], str]
    set_items: Callable[[list[str]], str]
    set_table: Callable[[str, pd.DataFrame], str]
    marks: Mapping[str, Mark]

    def escape(self, text: str) -> str:
        """Make any text safe in this format."""
        return text.translate({ord(character): escaped for character, escaped in self.escapes.items()})

    def heading(self, text: str) -> str:
        """Set a heading."""
        return self.set_heading(self.escape(text))

    def paragraph(self, text: str) -> str:
        """Set a paragraph."""
        return self.set_paragraph(self.escape(text))

    def items(self, texts: list[str]) -> str:
        """Set a list, an item a text."""
        return self.set_items([self.escape(text) for text in texts])

    def table(self, title: str, cells: pd.DataFrame, marked: pd.DataFrame | None = None) -> str:
        """Set a titled table; its first column holds labels, the others numbers; ``marked`` names a mark for a cell."""
        safe = cells.map(self.escape)
        if marked is not None:
            for name, mark in self.marks.items():
                safe = safe.where(marked != name, safe.map(mark.put))
        return self.set_table(self.escape(title), safe.rename(columns=self.escape))


def render(table: pd.DataFrame, page: Callable[[pd.DataFrame, Writer], Iterator[str]], fmt: str = "text") -> str:
    """Write a table for people.

    Parameters
    ----------
    table : DataFrame
    page : callable
        Gives the parts of the page, in order, from the table and a `Writer`.
    fmt : {"text", "markdown", "latex", "html", "csv"}
        ``csv`` is the frame itself; ``latex`` needs the booktabs package; ``html`` is a fragment of a page.

    Raises
    ------
    ValueError
        If the format is none of these.
    """
    if fmt == "csv":
        return table.to_csv(index=False)
    if fmt not in WRITERS:
        raise ValueError(f"format {fmt!r}: allowed are {', '.join([*WRITERS, 'csv'])}")
    return "\n\n".join(page(table, WRITERS[fmt])) + "\n"


def _lines(cells: pd.DataFrame) -> list[list[str]]:
    return [list(cells.columns), *cells.to_numpy().tolist()]


def _filled(text: str) -> str:
    return fill(text, PROSE)


def _text_items(texts: list[str]) -> str:
    return "\n".join(fill(text, PROSE, initial_indent="- ", subsequent_indent="  ") for text in texts)


def _markdown_items(texts: list[str]) -> str:
    return "\n".join(f"- {text}" for text in texts)


def _latex_items(texts: list[str]) -> str:
    return "\n".join([r"\begin{itemize}", *(rf"\item {text}" for text in texts), r"\end{itemize}"])


def _html_items(texts: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{text}</li>' for text in texts)}</ul>"


def _text_table(title: str, cells: pd.DataFrame) -> str:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    header, *rows = _lines(cells)
    # a name that is cut in two cannot be searched for: a column is as wide as its longest word, within reason
    words = [[len(word) for cell in column for word in cell.split()] for column in zip(header, *rows, strict=True)]
    widths = [min(max(lengths, default=1), WORD) for lengths in words]
    room = WIDTH - sum(widths) - BETWEEN * len(widths) - 1
    for column, name in enumerate(header):
        whole = max(len(line) for row in (header, *rows) for line in row[column].split("\n"))
        more = max(0, min(room, whole - widths[column]))
        widths[column], room = widths[column] + more, room - more
        table.add_column(name, justify="right" if column else "left", overflow="fold", width=widths[column])
    for row in rows:
        table.add_row(*row)
    # an interval's brackets are no Rich markup, and a notebook or a pipe gets the same plain text as a terminal
    console = Console(
        width=max(WIDTH, sum(widths) + BETWEEN * len(widths) + 1),
        color_system=None,
        markup=False,
        emoji=False,
        highlight=False,
        force_jupyter=False,
    )
    with console.capture() as page:
        console.print(table, crop=False)
    # Rich would fold a title that is wider than the table
    return "\n".join([title, *(line.rstrip() for line in page.get().rstrip().splitlines())])


def _markdown_table(title: str, cells: pd.DataFrame) -> str:
    header, *rows = _lines(cells)
    alignment = [":--", *["--:"] * (len(header) - 1)]
    return "\n".join([f"**{title}**", "", *("| " + " | ".join(row) + " |" for row in (header, alignment, *rows))])


def _latex_table(title: str, cells: pd.DataFrame) -> str:
    header, *rows = [" & ".join(row) + r" \\" for row in _lines(cells)]
    begin = [r"\begin{table}[htbp]", r"\centering\small", rf"\caption{{{title}}}"]
    columns = rf"\begin{{tabular}}{{l{'r' * (cells.shape[1] - 1)}}}"
    body = [columns, r"\toprule", header, r"\midrule", *rows, r"\bottomrule", r"\end{tabular}"]
    return "\n".join([*begin, *body, r"\end{table}"])


def _html_table(title: str, cells: pd.DataFrame) -> str:
    header, *rows = _lines(cells)
    head = "".join(f'<th scope="col"><button type="button">{name}</button></th>' for name in header)
    # the ends of cells and rows may be left out, and are a tenth of a page with long tables
    body = "\n".join("<tr>" + "".join(f"<td>{cell}" for cell in row) for row in rows)
    table = f'<table class="sortable"><caption>{title}</caption><thead><tr>{head}</tr></thead>'
    return f'<div class="scroll">{table}\n<tbody>{body}</tbody></table></div>'


GREEK = """
α alpha β beta γ gamma δ delta ε epsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu
ν nu ξ xi π pi ρ rho σ sigma τ tau υ upsilon φ phi χ chi ψ psi ω omega
Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Φ Phi Ψ Psi Ω Omega
"""
LATEX = {
    **{letter: rf"$\{name}$" for letter, name in zip(GREEK.split()[::2], GREEK.split()[1::2], strict=True)},
    **{
        "µ": r"$\mu$",
        "≤": r"$\le$",
        "≥": r"$\ge$",
        "∞": r"$\infty$",
        "→": r"$\to$",
        "×": r"$\times$",
        "–": "--",
        "†": r"$\dagger$",
        "₁": "$_1$",
        "₂": "$_2$",
    },
    **{character: "\\" + character for character in "&%$#_{}"},
    **{"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"},
    **{"<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}"},
    # after the end of a row, a bare bracket or star would be read as an argument
    **{"[": "{[}", "*": "{*}"},
}
MARKDOWN = {character: "\\" + character for character in "\\|*_<`$"}
HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
BOLD = "in bold"
WRITERS = {
    "text": Writer(
        *({}, lambda text: f"{text}\n{'=' * len(text)}", _filled, _text_items, _text_table),
        {"best": Mark("marked *", "*{}".format), "tied": Mark("marked ~", "~{}".format)},
    ),
    "markdown": Writer(
        *(MARKDOWN, "## {}".format, str, _markdown_items, _markdown_table),
        {"best": Mark(BOLD, "**{}**".format), "tied": Mark("in italics", "_{}_".format)},
    ),
    "latex": Writer(
        *(LATEX, r"\subsection*{{{}}}".format, str, _latex_items, _latex_table),
        {"best": Mark(BOLD, r"\textbf{{{}}}".format), "tied": Mark("underlined", r"\underline{{{}}}".format)},
    ),
    "html": Writer(
        *(HTML, "<h3>{}</h3>".format, "<p>{}</p>".format, _html_items, _html_table),
        {"best": Mark(BOLD, "<b>{}</b>".format), "tied": Mark("in italics", "<i>{}</i>".format)},
    ),
}
