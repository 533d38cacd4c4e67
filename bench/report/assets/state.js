// What the reader has chosen, and who wants to know of it.

const DATA = JSON.parse(byId("data").textContent);
const ARMS = new Map(DATA.arms.map((arm, place) => [arm.label, { ...arm, place }]));
const STOPS = DATA.stops.map((place) => DATA.evaluations[place]);

const state = {
  problems: new Set(DATA.problems.map((problem) => problem.label)),
  arms: new Set(ARMS.keys()),
  stop: STOPS.length - 1, // place of the budget among the slider's stops
  x: "log",
  y: "log",
  relative: null, // label of the arm that curves are relative to
  focus: null, // label of the arm that stands out
};

const listeners = [];

function onChange(listener) {
  listeners.push(listener);
}

let waiting = false;

// Any number of changes are told of once, before the next picture of the screen.
function change(some) {
  Object.assign(state, some);
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    for (const listener of listeners) listener();
  });
}

function budget() {
  return STOPS[state.stop];
}

function shownProblems() {
  return DATA.problems.filter((problem) => state.problems.has(problem.label));
}

function shownArms(problem) {
  return problem.arms.filter((arm) => state.arms.has(arm.arm) && arm.searches > 0);
}

const COLOURS = ["var(--ink)", "var(--c1)", "var(--c2)", "var(--c3)", "var(--c4)", "var(--c5)", "var(--c6)", "var(--c7)"];
const DASHES = ["", "7 2.5", "1.5 2.5", "7 2 1.5 2", "4 1.5 1 1.5 1 1.5", "12 4"];

function encoderColour(encoder) {
  return COLOURS[DATA.encoders.indexOf(encoder) % COLOURS.length];
}

function optimiserDash(optimiser) {
  return DASHES[DATA.optimisers.indexOf(optimiser) % DASHES.length];
}

function colourOf(label) {
  return encoderColour(ARMS.get(label).encoder);
}

function dashOf(label) {
  return optimiserDash(ARMS.get(label).optimiser);
}

function faded(label) {
  return state.focus !== null && state.focus !== label;
}
