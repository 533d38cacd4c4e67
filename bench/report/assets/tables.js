// Tables sort by any column and show the rows that hold what is typed.

// What a cell sorts by: successes of searches come before an expected running time, which is what counts.
function valueOf(row, column) {
  const text = row.cells[column].textContent.trim().replace(/^\d+\/\d+\s+/, "").replace(/^[*~]/, "");
  const number = /^[≥≤ ]*∞/.test(text) ? Infinity : parseFloat(text.replace(/^[^\d.-]+/, ""));
  const heading = row.cells[column].tagName === "TH" || column === 0;
  return heading ? text : Number.isNaN(number) ? null : number;
}

function sortBy(table, column, up) {
  const order = (one, other) => {
    const [a, b] = [valueOf(one, column), valueOf(other, column)];
    if (a === null || b === null) return (a === null) - (b === null); // what is absent comes last
    const sign = typeof a === "string" ? a.localeCompare(b, undefined, { numeric: true }) : a === b ? 0 : a - b;
    return up ? sign : -sign;
  };
  const body = table.tBodies[0];
  body.append(...[...body.rows].sort(order));
}

// Put rows that were made anew into the order that was asked for.
function resort(table) {
  const cells = [...table.tHead.rows[0].cells];
  const column = cells.findIndex((cell) => cell.hasAttribute("aria-sort"));
  if (column >= 0) sortBy(table, column, cells[column].getAttribute("aria-sort") === "ascending");
}

function makeSortable(table) {
  const cells = [...table.tHead.rows[0].cells];
  cells.forEach((cell, column) => {
    cell.querySelector("button")?.addEventListener("click", () => {
      const up = cell.getAttribute("aria-sort") !== "ascending";
      for (const other of cells) other.removeAttribute("aria-sort");
      cell.setAttribute("aria-sort", up ? "ascending" : "descending");
      sortBy(table, column, up);
    });
  });
}

// Rows of arms that are switched off hide, and of the others those that lack a word of the filter.
function filterTables() {
  for (const part of document.querySelectorAll(".tables")) {
    const words = (part.querySelector("input[type=search]")?.value ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of part.querySelectorAll("table.sortable tbody tr")) {
      const text = row.textContent.toLowerCase();
      const off = ARMS.has(row.cells[0].textContent) && !state.arms.has(row.cells[0].textContent);
      row.hidden = off || !words.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    const count = part.querySelector("output");
    if (count) count.textContent = `${shown} rows`;
  }
}

function listenToTables() {
  document.querySelectorAll("table.sortable").forEach(makeSortable);
  document.querySelectorAll(".tables input[type=search]").forEach((input) => input.addEventListener("input", filterTables));
  onChange(filterTables);
}
