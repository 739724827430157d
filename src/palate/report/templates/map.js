// what is done: pointing, opening, selecting, searching, filtering
let titles = [], urls = [], ids = []; // of the texts, once unpacked; titles and urls perhaps of the first only
let chosen = null, selecting = false, moved = 0;
const pointers = new Map();

// points by cell of a grid, so that the nearest is found without looking at all
const CELLS = Math.max(1, Math.min(512, Math.ceil(Math.sqrt(n / 4))));
const cellOf = (i) => ((xy[2 * i + 1] * CELLS) >> 16) * CELLS + ((xy[2 * i] * CELLS) >> 16);
const starts = new Uint32Array(CELLS * CELLS + 1), members = new Uint32Array(n);
for (let i = 0; i < n; i++) starts[cellOf(i) + 1]++;
for (let c = 0; c < CELLS * CELLS; c++) starts[c + 1] += starts[c];
const filled = starts.slice();
for (let i = 0; i < n; i++) members[filled[cellOf(i)]++] = i;

function nearest(px, py, pixels = 12) {
  const [x, y] = toMap(px, py), reach = pixels / side();
  let best = -1, least = reach * reach;
  const cell = (v) => Math.max(0, Math.min(CELLS - 1, Math.floor(v * CELLS)));
  for (let row = cell(y - reach); row <= cell(y + reach); row++)
    for (let column = cell(x - reach); column <= cell(x + reach); column++)
      for (let k = starts[row * CELLS + column]; k < starts[row * CELLS + column + 1]; k++) {
        const i = members[k], [ix, iy] = spot(i), far = (ix - x) ** 2 + (iy - y) ** 2;
        if (far < least && seen(i)) { least = far; best = i; }
      }
  return best;
}
function inside(shape, x, y) {
  let odd = false;
  for (let i = 0, j = shape.length - 1; i < shape.length; j = i++)
    if (shape[i][1] > y != shape[j][1] > y && x < ((shape[j][0] - shape[i][0]) * (y - shape[i][1])) / (shape[j][1] - shape[i][1]) + shape[i][0]) odd = !odd;
  return odd;
}
const titleOf = (i) => titles[i] || ids[i] || `text ${i + 1}`;
const linkOf = (i) => (/^https?:\/\//i.test(urls[i] || "") ? urls[i] : "");
// of a share of all time; dates are often midnights, so half a step of the 16 bits is added
const dayOf = (share) => new Date(1000 * (data.first + share * (data.last - data.first))).toISOString().slice(0, 10);
const count = (size) => size.toLocaleString("en");

function choose(indices, what) {
  chosen = indices;
  marks.fill(indices ? 0 : 1);
  if (indices) for (const i of indices) marks[i] = 2;
  remark();
  $("count").textContent = indices ? `${count(indices.length)} ${what}` : "Point at a text, search, or select";
  $("tools").hidden = !indices || !indices.length;
  $("more").textContent = indices && indices.length > 50 ? `and ${count(indices.length - 50)} more` : "";
  $("texts").replaceChildren(...(indices || []).slice(0, 50).map((i) => {
    const item = document.createElement("li"), link = document.createElement(linkOf(i) ? "a" : "span");
    if (linkOf(i)) Object.assign(link, { href: linkOf(i), target: "_blank", rel: "noopener noreferrer" });
    link.textContent = titleOf(i);
    item.append(link);
    return item;
  }));
}
function visit(i) {
  if (linkOf(i)) window.open(linkOf(i), "_blank", "noopener,noreferrer");
  else choose([i], "text");
}
function search() {
  const query = $("search").value.trim(), words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return choose(null);
  const found = [];
  for (let i = 0; i < n; i++) {
    const title = (titles[i] || "").toLowerCase();
    if (ids[i] == query || words.every((word) => title.includes(word))) found.push(i);
  }
  choose(found, "found");
}
function zoomAt(px, py, factor) {
  const [x, y] = toMap(px, py);
  view.zoom = Math.max(0.5, Math.min(400, view.zoom * factor));
  const [nx, ny] = toMap(px, py);
  view.x += x - nx;
  view.y += y - ny;
  redraw();
}
function point(i, px, py) {
  const tip = $("tip");
  if (i != hovered) { hovered = i; redraw(false); }
  canvas.style.cursor = selecting ? "crosshair" : i >= 0 && linkOf(i) ? "pointer" : "grab";
  tip.hidden = i < 0;
  if (i < 0) return;
  const entry = data.legend.find((entry) => entry.code <= codes[i] && codes[i] <= entry.last);
  tip.textContent = titleOf(i);
  const facts = [entry && entry.label, days && days[i] && dayOf((days[i] - 0.5) / 65534)].filter(Boolean).join(", ");
  if (facts) tip.append(Object.assign(document.createElement("small"), { textContent: facts }));
  tip.style.left = `${Math.max(4, Math.min(px + 12, canvas.clientWidth - tip.offsetWidth - 4))}px`;
  tip.style.top = `${py + 16 + tip.offsetHeight > canvas.clientHeight ? py - tip.offsetHeight - 10 : py + 16}px`;
}
const offset = (event) => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, offset(event));
  moved = 0;
  point(-1);
  if (pointers.size > 1) lasso = null;
  else if (selecting || event.shiftKey) lasso = [toMap(...offset(event))];
});
canvas.addEventListener("pointermove", (event) => {
  const now = offset(event), before = pointers.get(event.pointerId);
  if (!before) return point(nearest(...now), ...now);
  moved += Math.hypot(now[0] - before[0], now[1] - before[1]);
  pointers.set(event.pointerId, now);
  if (lasso) { lasso.push(toMap(...now)); return redraw(false); }
  view.x -= (now[0] - before[0]) / side() / pointers.size;
  view.y += (now[1] - before[1]) / side() / pointers.size;
  if (pointers.size == 2) {
    const other = [...pointers].find(([id]) => id != event.pointerId)[1];
    const factor = Math.hypot(now[0] - other[0], now[1] - other[1]) / Math.max(1, Math.hypot(before[0] - other[0], before[1] - other[1]));
    zoomAt((now[0] + other[0]) / 2, (now[1] + other[1]) / 2, factor);
  }
  redraw();
});
for (const kind of ["pointerup", "pointercancel"])
  canvas.addEventListener(kind, (event) => {
    if (!pointers.delete(event.pointerId)) return;
    const shape = lasso, done = kind == "pointerup", i = done && moved < 4 ? nearest(...offset(event), event.pointerType == "touch" ? 24 : 12) : -1;
    lasso = null;
    if (shape && shape.length > 2 && done) {
      const found = [];
      for (let i = 0; i < n; i++) if (seen(i) && inside(shape, ...spot(i))) found.push(i);
      choose(found.length ? found : null, "selected");
      select(false);
    } else if (i >= 0 && event.pointerType == "touch") { choose([i], "text"); point(i, ...offset(event)); } // a finger cannot hover
    else if (i >= 0) visit(i);
  });
canvas.addEventListener("pointerleave", () => point(-1));
canvas.addEventListener("wheel", (event) => { event.preventDefault(); zoomAt(...offset(event), Math.exp(-event.deltaY * 0.0015)); }, { passive: false });
canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
canvas.addEventListener("webglcontextrestored", prepare);
function select(on) { selecting = on; $("lasso").setAttribute("aria-pressed", on); canvas.style.cursor = on ? "crosshair" : "grab"; }
function home() { view = { x: 0.5, y: 0.5, zoom: 1 }; redraw(); }
canvas.addEventListener("keydown", (event) => {
  const step = 40 / side(), middle = [canvas.clientWidth / 2, canvas.clientHeight / 2];
  const keys = {
    ArrowLeft: () => (view.x -= step), ArrowRight: () => (view.x += step), ArrowUp: () => (view.y += step), ArrowDown: () => (view.y -= step),
    "+": () => zoomAt(...middle, 1.3), "=": () => zoomAt(...middle, 1.3), "-": () => zoomAt(...middle, 1 / 1.3), 0: home,
    l: () => select(!selecting), Escape: () => { select(false); choose(null); }, Enter: () => hovered >= 0 && visit(hovered),
  };
  if (event.ctrlKey || event.metaKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
  redraw();
  if (event.key != "Enter" && event.key != "Escape") point(nearest(...middle, 60), ...middle); // as a pointer in the middle
});
$("lasso").addEventListener("click", () => select(!selecting));
$("home").addEventListener("click", home);
$("search").addEventListener("input", search);
$("clear").addEventListener("click", () => { $("search").value = ""; choose(null); });
const idsOf = () => chosen.map((i) => ids[i]).join("\n") + "\n";
$("copy").addEventListener("click", async () => {
  const copied = await navigator.clipboard.writeText(idsOf()).then(() => true, () => false);
  $("more").textContent = copied ? `${count(chosen.length)} ids copied` : "The browser does not let pages copy; use Download ids";
});
$("download").addEventListener("click", () => {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([idsOf()], { type: "text/plain" })), download: "ids.txt" });
  link.click();
  URL.revokeObjectURL(link.href);
});
// the legend: each line hides and shows what it names
const lines = data.legend.map((entry) => {
  const button = document.createElement("button"), mark = document.createElement("i");
  mark.style.background = entry.colour;
  button.type = "button";
  button.append(mark, `${entry.label} (${count(entry.size)})`);
  button.addEventListener("click", () => show(entry, hidden.has(entry.code)));
  return [entry, button];
});
function show(entry, on) {
  for (let code = entry.code; code <= entry.last; code++) on ? hidden.delete(code) : hidden.add(code);
  lines.forEach(([entry, button]) => button.setAttribute("aria-pressed", !hidden.has(entry.code)));
  $("every").textContent = hidden.size ? "Show all" : "Hide all";
  paint();
}
if (data.ends) {
  const scale = Object.assign(document.createElement("div"), { className: "scale" }), ends = Object.assign(document.createElement("div"), { className: "ends" });
  scale.style.background = `linear-gradient(to right, ${data.colours.filter((_, i) => i % 16 == 0).join(",")})`;
  for (const end of data.ends) ends.append(Object.assign(document.createElement("span"), { textContent: end }));
  $("legend").append(scale, ends);
}
$("legend").append(...lines.map(([, button]) => button));
$("every").addEventListener("click", () => { const on = hidden.size > 0; data.legend.forEach((entry) => show(entry, on)); });
if (days) {
  const change = () => {
    span = [Math.min($("from").value, $("until").value) / 1000, Math.max($("from").value, $("until").value) / 1000];
    const undated = span[0] > 0 || span[1] < 1 ? days.reduce((sum, day) => sum + (day == 0), 0) : 0;
    $("days").textContent = `${dayOf(span[0])} to ${dayOf(span[1])}` + (undated ? ` (${count(undated)} without a date hidden)` : "");
    redraw();
  };
  for (const end of ["from", "until"]) $(end).addEventListener("input", change);
  $("time").hidden = false;
  change();
}
prepare();
lines.length && show(data.legend[0], true);
$("slow").hidden = !!gl;
new ResizeObserver(() => redraw()).observe($("map"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraw());
const unpack = (packed) => new Response(new Blob([bytes(packed)]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).json();
Promise.all([data.titles, data.urls, data.ids].map(unpack)).then((found) => {
  [titles, urls, ids] = found;
  document.body.dataset.ready = "yes";
  if ($("search").value) search();
});
