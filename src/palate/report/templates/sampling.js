// The page of how tokens were chosen: one step at a time, and what other settings would have drawn.
const byId = (id) => document.getElementById(id);
const written = [...document.querySelectorAll("#written button")];
const tokenName = (number) => data.names[number];
const SLIDERS = {
  temperature: { min: 0, max: Math.max(2, recorded.temperature), step: 0.01, show: (value) => (value ? String(+value.toFixed(2)) : "0, greedy") },
  topK: { min: 1, max: Math.min(...steps.map((step) => step.n)) + 1, step: 1, show: (value) => (value ? String(value) : "all") },
  topP: { min: 0.01, max: 1, step: 0.01, show: (value) => (value < 1 ? String(+value.toFixed(3)) : "all") },
  minP: { min: 0, max: 0.99, step: 0.01, show: (value) => (value ? String(+value.toFixed(3)) : "none") },
};
let settings = { ...recorded };
let current = 0;
let asked = null; // the token of the step whose branch is shown

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
const tokenOf = (number) => make("bdi", { class: "token" }, tokenName(number));
const percent = (share) => (share === 0 ? "0 %" : share < 0.0001 ? "< 0.01 %" : `${(100 * share).toFixed(share < 0.1 ? 2 : 1)} %`);
const fixed = (number, digits = 3) => (Number.isFinite(number) ? number.toFixed(digits).replace("-", "−") : "−∞");

// --- one step

function fillFacts(step, stages, drawn) {
  const soFar = sum(steps.slice(0, current + 1).map((one) => one.logProb));
  const facts = [
    ["rank", String(step.rank)],
    ["probability the model gave", percent(Math.exp(step.logProb))],
    ["probability it is drawn with", settings.temperature ? percent(stages.probs[step.chosen]) : "greedy"],
    ["log probability", fixed(step.logProb)],
    ["log probability so far", fixed(soFar)],
    ["entropy, in nats", fixed(step.entropy)],
    ["number drawn", settings.temperature ? step.number.toFixed(4) : "none"],
  ];
  byId("step-facts").replaceChildren(...facts.map(([name, fact]) => make("div", {}, make("dt", {}, name), make("dd", {}, fact))));
  byId("at").replaceChildren(`${current + 1} of ${steps.length}: `, tokenOf(step.tokens[step.chosen]));
  if (drawn === step.chosen) return;
  byId("at").append(" would be ", drawn === null ? "a token that is not here" : tokenOf(step.tokens[drawn]));
}

function fillStack(step, stages, drawn) {
  const greedy = !settings.temperature;
  byId("rule").textContent = greedy
    ? "Temperature 0 is greedy: the likeliest token is taken and nothing is drawn. The bar shows the probabilities at temperature 1."
    : "Each token that is left has a part of the bar as long as its probability, the likeliest first. The token is the one in whose part the number fell.";
  const parts = [];
  const thin = 56 / byId("stack").clientWidth; // too short for a name
  stages.probs.forEach((prob, index) => {
    if (index >= step.n || prob < 0.0005) return;
    const name = tokenName(step.tokens[index]);
    const kind = `part${prob < thin ? " thin" : ""}${index === drawn ? " hit" : ""}`;
    const part = make("div", { class: kind, title: `${name} ${percent(prob)}` }, ...(prob < thin ? [] : [make("bdi", {}, name), `\n${percent(prob)}`]));
    part.style.width = `${100 * prob}%`;
    parts.push(part);
  });
  const covered = sum(stages.probs.filter((prob, index) => index < step.n && prob >= 0.0005));
  if (covered < 0.9995) {
    const rest = make("div", { class: "part thin rest", title: `all others ${percent(1 - covered)}` });
    rest.style.width = `${100 * (1 - covered)}%`;
    parts.push(rest);
  }
  if (!greedy) {
    const mark = make("div", { class: step.number < 0.5 ? "mark early" : "mark" }, make("span", {}, step.number.toFixed(4)));
    mark.style.left = `${100 * step.number}%`;
    parts.push(mark);
  }
  byId("stack").replaceChildren(...parts);
  const named = drawn === null ? "a token that is not here" : tokenName(step.tokens[drawn]);
  byId("stack").setAttribute("aria-label", greedy ? `the likeliest token is ${named}` : `the number ${step.number.toFixed(4)} falls on ${named}`);
}

const COLUMNS = [
  ["logit", (step, stages, index) => fixed(step.raw[index])],
  ["after penalty", (step, stages, index) => fixed(step.logits[index]), () => data.penalty !== 1],
  ["÷ temperature", (step, stages, index) => fixed(stages.scaled[index])],
  ["log-softmax", (step, stages, index) => fixed(stages.logSoftmax[index])],
  ["top-k", (step, stages, index) => stages.byTopK[index]],
  ["top-p", (step, stages, index) => stages.byTopP[index]],
  ["min-p", (step, stages, index) => stages.byMinP[index], () => settings.minP > 0 || recorded.minP > 0],
  ["probability", (step, stages, index) => (stages.byMinP[index] ? percent(stages.probs[index]) : "cut")],
  ["interval", (step, stages, index) => intervalOf(step, stages, index)],
];

function intervalOf(step, stages, index) {
  if (!stages.byMinP[index]) return "";
  if (index >= step.n) return "not known";
  return `${(stages.until[index] - stages.probs[index]).toFixed(4)}–${stages.until[index].toFixed(4)}`;
}

function cell(value) {
  if (typeof value === "string") return make("td", { class: "number" }, value);
  return make("td", { class: value ? "number" : "number no" }, value ? "✓" : "✗ cut");
}

function fillTable(step, stages, drawn) {
  const columns = COLUMNS.filter(([, , shown]) => !shown || shown());
  const table = byId("stages");
  table.tHead.replaceChildren(make("tr", {}, make("th", { scope: "col" }, "token"), ...columns.map(([name]) => make("th", { scope: "col", class: "number" }, name))));
  const first = Array.from({ length: Math.min(data.rows, step.n) }, (_, index) => index);
  const shown = [...new Set([...first, step.chosen, ...(drawn === null ? [] : [drawn])])].sort((a, b) => a - b);
  const branched = new Set(step.branches.map(([token]) => token));
  const rows = shown.map((index) => {
    const number = step.tokens[index];
    const rank = index < step.n ? index + 1 : step.rank;
    const button = make("button", { type: "button", class: branched.has(number) ? "token branched" : "token", "aria-pressed": String(asked === index), title: `rank ${rank}, token ${number}` }, make("bdi", {}, tokenName(number)));
    button.addEventListener("click", () => ask(index));
    const kind = [index === drawn ? "drawn" : "", stages.byMinP[index] ? "" : "cut"].join(" ").trim();
    return make("tr", kind ? { class: kind } : {}, make("th", { scope: "row" }, button), ...columns.map(([, value]) => cell(value(step, stages, index))));
  });
  table.tBodies[0].replaceChildren(...rows);
  const others = step.n - shown.filter((index) => index < step.n).length;
  byId("rest").textContent = `${others} more recorded tokens and ${sum(step.counts)} that are only counted are not in the table. Of what is left after the filters, ${percent(Math.max(0, stages.rest))} lies on those that are only counted.`;
}

function fillBranch(step) {
  const box = byId("branch");
  const past = steps.slice(0, current).map((one) => tokenName(one.tokens[one.chosen]).replaceAll("·", " ")).join("");
  if (asked === null) {
    const chances = step.branches.length ? " Those marked ↳ have one." : "";
    box.replaceChildren(make("p", { class: "soft" }, `Choose another token in the table to see what would have followed it.${chances}`));
    return;
  }
  const number = step.tokens[asked];
  const branch = step.branches.find(([token]) => token === number);
  if (asked === step.chosen) {
    box.replaceChildren(make("p", { class: "soft" }, tokenOf(number), " is the token that was written; the draft above shows what followed."));
  } else if (branch) {
    const name = tokenName(number).replaceAll("·", " ");
    const lines = (text) => text.replaceAll("⏎", "⏎\n");
    const [start, rest] = branch[1].startsWith(name) ? [name, branch[1].slice(name.length)] : ["", branch[1]];
    box.replaceChildren(make("p", { class: "following" }, make("bdi", { class: "past" }, lines(past)), make("mark", {}, make("bdi", {}, start || name)), make("bdi", {}, lines(rest))));
  } else {
    const needed = asked < step.chosen ? asked + 1 : asked;
    box.replaceChildren(make("p", {}, "What would have followed ", tokenOf(number), " was not recorded; get it with ", make("code", {}, `palate write … --xray --html FILE --branches ${needed}`), "."));
  }
}

function ask(index) {
  asked = index;
  const step = steps[current];
  const buttons = [...document.querySelectorAll("#stages th button")];
  const focused = buttons.indexOf(document.activeElement);
  drawStep();
  if (focused >= 0) document.querySelectorAll("#stages th button")[focused]?.focus();
}

function drawStep() {
  const step = steps[current];
  const stages = stagesOf(step, settings);
  const drawn = drawnBy(step, settings, stages);
  fillFacts(step, stages, drawn);
  fillStack(step, stages, drawn);
  fillTable(step, stages, drawn);
  fillBranch(step);
  byId("before").disabled = current === 0;
  byId("after").disabled = current === steps.length - 1;
}

function choose(index) {
  current = Math.max(0, Math.min(steps.length - 1, index));
  asked = null;
  written.forEach((button, place) => {
    button.tabIndex = place === current ? 0 : -1;
    if (place === current) button.setAttribute("aria-current", "step");
    else button.removeAttribute("aria-current");
  });
  for (const here of document.querySelectorAll(".curves .here")) here.setAttribute("x", current);
  drawStep();
}

// --- other settings

function changedSteps() {
  return steps.flatMap((step, index) => {
    const drawn = drawnBy(step, settings, stagesOf(step, settings));
    return drawn === step.chosen ? [] : [{ index, drawn }];
  });
}

function tellVerdict(changed) {
  const box = byId("verdict");
  box.classList.toggle("changed", changed.length > 0);
  if (!changed.length) {
    box.replaceChildren(isRecorded(settings) ? "These are the settings that the draft was written with. Move a slider to see which tokens the same numbers would have drawn." : "With these settings the same numbers draw the same tokens: the draft would not change.");
    return;
  }
  const { index, drawn } = changed[0];
  const step = steps[index];
  const count = changed.length === 1 ? "1 step" : `${changed.length} steps`;
  const other = drawn === null ? "a token that is not here" : tokenOf(step.tokens[drawn]);
  box.replaceChildren(`${settings.temperature ? "The same numbers would have drawn" : "Greedy would have taken"} another token at ${count} of ${steps.length}, first at step ${index + 1}: `, other, " in place of ", tokenOf(step.tokens[step.chosen]), ". After a changed token the rest would be written anew, so only this first change is certain.");
}

function drawSettings() {
  const changed = changedSteps();
  const places = new Set(changed.map(({ index }) => index));
  written.forEach((button, place) => {
    button.classList.toggle("first", place === changed[0]?.index);
    button.classList.toggle("other", places.has(place) && place !== changed[0].index);
  });
  for (const [name, { max, show }] of Object.entries(SLIDERS)) {
    const input = byId(name);
    input.value = name === "topK" && !settings.topK ? max : settings[name];
    input.previousElementSibling.textContent = show(settings[name]);
    input.setAttribute("aria-valuetext", show(settings[name]));
  }
  byId("back").disabled = isRecorded(settings);
  tellVerdict(changed);
  drawStep();
}

for (const [name, { min, max, step }] of Object.entries(SLIDERS)) {
  const input = byId(name);
  Object.assign(input, { min, max, step });
  input.addEventListener("input", () => {
    const value = Number(input.value);
    settings = { ...settings, [name]: name === "topK" && value === max ? 0 : value };
    drawSettings();
  });
}
byId("back").addEventListener("click", () => {
  settings = { ...recorded };
  drawSettings();
});

// --- keys and pointer

written.forEach((button, index) => button.addEventListener("click", () => choose(index)));
byId("before").addEventListener("click", () => choose(current - 1));
byId("after").addEventListener("click", () => choose(current + 1));
for (const chart of document.querySelectorAll(".curves svg")) {
  chart.addEventListener("click", (event) => choose(Math.floor((steps.length * event.offsetX) / chart.clientWidth)));
}
document.addEventListener("keydown", (event) => {
  const to = { ArrowRight: current + 1, ArrowLeft: current - 1, Home: 0, End: steps.length - 1 }[event.key];
  const inDraft = written.includes(document.activeElement);
  if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  if (!inDraft && (event.target !== document.body || !event.key.startsWith("Arrow"))) return;
  event.preventDefault();
  choose(to);
  written[current].focus({ preventScroll: !inDraft });
});

document.documentElement.classList.add("ready");
for (const id of ["hint", "other", "step"]) byId(id).hidden = false;
drawSettings();
choose(0);
