"use strict";
const $ = (id) => document.getElementById(id);
const data = JSON.parse($("data").textContent);
const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const n = data.n;
const xy = new Uint16Array(bytes(data.positions).buffer); // (n, 2) of the unit square, times 65535
const codes = bytes(data.codes);
const days = data.moments ? new Uint16Array(bytes(data.moments).buffer) : null; // 0 for none, else 1 to 65535
const marks = new Uint8Array(n).fill(1); // 0 faint, 1 as it is, 2 found or chosen
let titles = null; // {titles, urls, ids}, once unpacked
let view = { x: 0.5, y: 0.5, zoom: 1 };
let span = [0, 1];
let hidden = new Set();
let chosen = null, hovered = -1, lasso = null, pointers = new Map(), selecting = false, waiting = false;

const canvas = $("points"), over = $("labels"), paper = over.getContext("2d");
const gl = canvas.getContext("webgl2", { antialias: false, alpha: true, preserveDrawingBuffer: true });

function shader(kind, source) {
  const made = gl.createShader(kind);
  gl.shaderSource(made, source);
  gl.compileShader(made);
  if (!gl.getShaderParameter(made, gl.COMPILE_STATUS)) throw Error(gl.getShaderInfoLog(made));
  return made;
}
const vertex = `#version 300 es
in vec2 at; in float code; in float mark; in float day;
uniform vec2 middle, scale; uniform float size; uniform vec2 span; uniform sampler2D colours;
out vec4 colour;
void main() {
  colour = texture(colours, vec2((code + .5) / 256., .5));
  bool out_of_time = day > 0. ? day < span.x || day > span.y : span.x > 0. || span.y < 1.;
  bool unseen = colour.a == 0. || out_of_time;
  colour.a *= mark < .5 ? .12 : mark > 1.5 ? 1. : .75;
  gl_Position = unseen ? vec4(2., 2., 2., 1.) : vec4((at - middle) * scale, 0., 1.);
  gl_PointSize = unseen ? 0. : mark > 1.5 ? size * 1.8 : size;
}`;
const fragment = `#version 300 es
precision mediump float; in vec4 colour; out vec4 shown;
void main() {
  float far = length(gl_PointCoord - .5);
  if (far > .5) discard;
  shown = vec4(colour.rgb * colour.a, colour.a);
}`;
let uniforms = {}, buffers = {};
function prepare() {
  const program = gl.createProgram();
  gl.attachShader(program, shader(gl.VERTEX_SHADER, vertex));
  gl.attachShader(program, shader(gl.FRAGMENT_SHADER, fragment));
  gl.linkProgram(program);
  gl.useProgram(program);
  const attribute = (name, array, size, kind, normal) => {
    const where = gl.getAttribLocation(program, name);
    buffers[name] = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, buffers[name]);
    gl.bufferData(gl.ARRAY_BUFFER, array, gl.DYNAMIC_DRAW);
    gl.enableVertexAttribArray(where);
    gl.vertexAttribPointer(where, size, kind, normal, 0, 0);
  };
  attribute("at", xy, 2, gl.UNSIGNED_SHORT, true);
  attribute("code", codes, 1, gl.UNSIGNED_BYTE, false);
  attribute("mark", marks, 1, gl.UNSIGNED_BYTE, false);
  attribute("day", days || new Uint16Array(n), 1, gl.UNSIGNED_SHORT, true);
  for (const name of ["middle", "scale", "size", "span"]) uniforms[name] = gl.getUniformLocation(program, name);
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
}
function paint() {
  const table = new Uint8Array(1024);
  for (let code = 0; code < 256; code++) {
    const colour = data.colours[code] || data.none;
    for (let part = 0; part < 3; part++) table[4 * code + part] = parseInt(colour.substr(1 + 2 * part, 2), 16);
    table[4 * code + 3] = hidden.has(code) ? 0 : 255;
  }
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, table);
}
function remark() {
  gl.bindBuffer(gl.ARRAY_BUFFER, buffers.mark);
  gl.bufferSubData(gl.ARRAY_BUFFER, 0, marks);
}
// pixels of the page: the shorter side of the map shows 1 / zoom of the unit square
const side = () => Math.min(canvas.clientWidth, canvas.clientHeight) * view.zoom;
const toPage = (x, y) => [canvas.clientWidth / 2 + (x - view.x) * side(), canvas.clientHeight / 2 - (y - view.y) * side()];
const toMap = (px, py) => [view.x + (px - canvas.clientWidth / 2) / side(), view.y - (py - canvas.clientHeight / 2) / side()];
const spot = (i) => [xy[2 * i] / 65535, xy[2 * i + 1] / 65535];
const inTime = (i) => !days || (days[i] ? days[i] / 65535 >= span[0] && days[i] / 65535 <= span[1] : span[0] == 0 && span[1] == 1);
const seen = (i) => !hidden.has(codes[i]) && inTime(i);

function draw() {
  waiting = false;
  const ratio = n > 200000 ? 1 : Math.min(devicePixelRatio, 2);
  for (const one of [canvas, over]) {
    const width = Math.round(one.clientWidth * ratio), height = Math.round(one.clientHeight * ratio);
    if (one.width != width || one.height != height) { one.width = width; one.height = height; }
  }
  if (gl) {
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniform2f(uniforms.middle, view.x, view.y);
    gl.uniform2f(uniforms.scale, (2 * side()) / canvas.clientWidth, (2 * side()) / canvas.clientHeight);
    const base = n < 2000 ? 7 : n < 20000 ? 4.5 : n < 200000 ? 3 : 1.5;
    gl.uniform1f(uniforms.size, Math.max(1, Math.min(14, base * Math.pow(view.zoom, 0.35)) * ratio));
    gl.uniform2f(uniforms.span, span[0], span[1]);
    gl.drawArrays(gl.POINTS, 0, n);
  }
  annotate(ratio);
}
function redraw() {
  if (!waiting) { waiting = true; requestAnimationFrame(draw); }
}
function annotate(ratio) {
  const style = getComputedStyle(document.body), ink = style.getPropertyValue("--ink"), ground = style.getPropertyValue("--ground");
  paper.setTransform(ratio, 0, 0, ratio, 0, 0);
  paper.clearRect(0, 0, over.clientWidth, over.clientHeight);
  paper.font = "600 13px system-ui, sans-serif";
  paper.textAlign = "center";
  paper.textBaseline = "middle";
  paper.lineJoin = "round";
  const boxes = [];
  for (const label of data.labels) { // the largest first: zooming in makes room for more
    const [px, py] = toPage(label.x, label.y), half = paper.measureText(label.text).width / 2 + 6;
    if (px < -half || py < 0 || px > over.clientWidth + half || py > over.clientHeight) continue;
    const at = Math.max(half, Math.min(over.clientWidth - half, px)), low = Math.max(12, Math.min(over.clientHeight - 12, py));
    if (boxes.some((b) => at - half < b[2] && b[0] < at + half && low - 11 < b[3] && b[1] < low + 11)) continue;
    boxes.push([at - half, low - 11, at + half, low + 11]);
    paper.lineWidth = 4;
    paper.strokeStyle = ground;
    paper.strokeText(label.text, at, low);
    paper.fillStyle = ink;
    paper.fillText(label.text, at, low);
  }
  if (hovered >= 0) {
    const [px, py] = toPage(...spot(hovered));
    paper.beginPath();
    paper.arc(px, py, 8, 0, 7);
    paper.lineWidth = 2;
    paper.strokeStyle = ink;
    paper.stroke();
  }
  if (lasso && lasso.length > 1) {
    paper.beginPath();
    lasso.forEach(([x, y], i) => paper[i ? "lineTo" : "moveTo"](...toPage(x, y)));
    paper.closePath();
    paper.lineWidth = 2;
    paper.strokeStyle = ink;
    paper.stroke();
  }
}
// points by cell of a grid, so that the nearest is found without looking at all
const CELLS = Math.max(1, Math.min(512, Math.ceil(Math.sqrt(n / 4))));
const cellOf = (i) => Math.min(CELLS - 1, ((xy[2 * i + 1] * CELLS) / 65536) | 0) * CELLS + Math.min(CELLS - 1, ((xy[2 * i] * CELLS) / 65536) | 0);
const starts = new Uint32Array(CELLS * CELLS + 1), members = new Uint32Array(n);
for (let i = 0; i < n; i++) starts[cellOf(i) + 1]++;
for (let c = 0; c < CELLS * CELLS; c++) starts[c + 1] += starts[c];
const filled = starts.slice();
for (let i = 0; i < n; i++) members[filled[cellOf(i)]++] = i;

function nearest(px, py) {
  const [x, y] = toMap(px, py), reach = 12 / side();
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
const titleOf = (i) => (titles && titles.titles[i]) || (titles && titles.ids[i]) || `text ${i + 1}`;
const linkOf = (i) => (titles && /^https?:\/\//i.test(titles.urls[i] || "") ? titles.urls[i] : "");

function choose(indices, what) {
  chosen = indices;
  marks.fill(indices ? 0 : 1);
  if (indices) for (const i of indices) marks[i] = 2;
  if (gl) remark();
  $("count").textContent = indices ? `${indices.length.toLocaleString("en")} ${what}` : "Point at a text, search, or select";
  $("tools").hidden = !indices || !indices.length;
  $("texts").replaceChildren(...(indices || []).slice(0, 50).map((i) => {
    const item = document.createElement("li"), link = document.createElement(linkOf(i) ? "a" : "span");
    if (linkOf(i)) Object.assign(link, { href: linkOf(i), target: "_blank", rel: "noopener noreferrer" });
    link.textContent = titleOf(i);
    item.append(link);
    return item;
  }));
  redraw();
}
function search() {
  const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length || !titles) return choose(null);
  const found = [];
  for (let i = 0; i < n; i++) {
    const title = (titles.titles[i] || titles.ids[i] || "").toLowerCase();
    if (words.every((word) => title.includes(word))) found.push(i);
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
function point(px, py) {
  const i = nearest(px, py), tip = $("tip");
  if (i != hovered) { hovered = i; redraw(); }
  canvas.style.cursor = selecting ? "crosshair" : i >= 0 && linkOf(i) ? "pointer" : "grab";
  tip.hidden = i < 0;
  if (i < 0) return;
  const name = data.legend.find((entry) => entry.code == codes[i]);
  tip.textContent = titleOf(i) + (name ? ` (${name.label})` : "");
  const left = Math.min(px + 12, canvas.clientWidth - tip.offsetWidth - 4);
  tip.style.left = `${Math.max(4, left)}px`;
  tip.style.top = `${py + 16 + tip.offsetHeight > canvas.clientHeight ? py - tip.offsetHeight - 10 : py + 16}px`;
}
const offset = (event) => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
let moved = 0;
canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, offset(event));
  moved = 0;
  if (selecting && pointers.size == 1) lasso = [toMap(...offset(event))];
});
canvas.addEventListener("pointermove", (event) => {
  const now = offset(event), before = pointers.get(event.pointerId);
  if (!before) return point(...now);
  moved += Math.hypot(now[0] - before[0], now[1] - before[1]);
  if (lasso) lasso.push(toMap(...now));
  else if (pointers.size == 2) {
    const other = [...pointers].find(([id]) => id != event.pointerId)[1];
    const factor = Math.hypot(now[0] - other[0], now[1] - other[1]) / Math.max(1, Math.hypot(before[0] - other[0], before[1] - other[1]));
    zoomAt((now[0] + other[0]) / 2, (now[1] + other[1]) / 2, factor);
  } else { view.x -= (now[0] - before[0]) / side(); view.y += (now[1] - before[1]) / side(); }
  pointers.set(event.pointerId, now);
  redraw();
});
for (const kind of ["pointerup", "pointercancel"])
  canvas.addEventListener(kind, (event) => {
    if (!pointers.delete(event.pointerId)) return;
    if (lasso) {
      const shape = lasso, found = [];
      lasso = null;
      if (shape.length > 2) for (let i = 0; i < n; i++) if (seen(i) && inside(shape, ...spot(i))) found.push(i);
      choose(found.length ? found : null, "selected");
    } else if (kind == "pointerup" && moved < 4) {
      const i = nearest(...offset(event));
      if (i >= 0 && linkOf(i)) window.open(linkOf(i), "_blank", "noopener,noreferrer");
      else if (i >= 0) choose([i], "text");
    }
  });
canvas.addEventListener("pointerleave", () => { $("tip").hidden = true; hovered = -1; redraw(); });
canvas.addEventListener("wheel", (event) => { event.preventDefault(); zoomAt(...offset(event), Math.exp(-event.deltaY * 0.0015)); }, { passive: false });
function select(on) { selecting = on; $("lasso").setAttribute("aria-pressed", on); canvas.style.cursor = on ? "crosshair" : "grab"; }
function home() { view = { x: 0.5, y: 0.5, zoom: 1 }; redraw(); }
canvas.addEventListener("keydown", (event) => {
  const step = 40 / side(), middle = [canvas.clientWidth / 2, canvas.clientHeight / 2];
  const keys = {
    ArrowLeft: () => (view.x -= step), ArrowRight: () => (view.x += step), ArrowUp: () => (view.y += step), ArrowDown: () => (view.y -= step),
    "+": () => zoomAt(...middle, 1.3), "=": () => zoomAt(...middle, 1.3), "-": () => zoomAt(...middle, 1 / 1.3), 0: home,
    l: () => select(!selecting), Escape: () => { select(false); choose(null); },
  };
  if (event.ctrlKey || event.metaKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
  redraw();
});
$("lasso").addEventListener("click", () => select(!selecting));
$("home").addEventListener("click", home);
$("search").addEventListener("input", search);
$("clear").addEventListener("click", () => { $("search").value = ""; choose(null); });
const idsOf = () => chosen.map((i) => titles.ids[i]).join("\n") + "\n";
$("copy").addEventListener("click", async () => { await navigator.clipboard.writeText(idsOf()); $("copy").textContent = "Copied"; });
$("download").addEventListener("click", () => {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([idsOf()], { type: "text/plain" })), download: "ids.txt" });
  link.click();
  URL.revokeObjectURL(link.href);
});
if (data.legend.length)
  $("legend").append(...data.legend.map((entry) => {
    const button = document.createElement("button"), mark = document.createElement("i");
    mark.style.background = entry.colour;
    button.type = "button";
    button.setAttribute("aria-pressed", "true");
    button.append(mark, `${entry.label} (${entry.size.toLocaleString("en")})`);
    button.addEventListener("click", () => {
      hidden.has(entry.code) ? hidden.delete(entry.code) : hidden.add(entry.code);
      button.setAttribute("aria-pressed", !hidden.has(entry.code));
      if (gl) paint();
      redraw();
    });
    return button;
  }));
else {
  const scale = Object.assign(document.createElement("div"), { className: "scale" }), ends = Object.assign(document.createElement("div"), { className: "ends" });
  scale.style.background = `linear-gradient(to right, ${data.colours.filter((_, i) => i % 16 == 0).join(",")})`;
  for (const end of data.ends) ends.append(Object.assign(document.createElement("span"), { textContent: end }));
  $("legend").append(scale, ends);
}
if (days) {
  const day = (share) => new Date(1000 * (data.first + share * (data.last - data.first))).toISOString().slice(0, 10);
  const change = () => {
    span = [Math.min($("from").value, $("until").value) / 1000, Math.max($("from").value, $("until").value) / 1000];
    $("days").textContent = `${day(span[0])} to ${day(span[1])}`;
    redraw();
  };
  $("from").addEventListener("input", change);
  $("until").addEventListener("input", change);
  $("time").hidden = false;
  change();
}
if (gl) { prepare(); paint(); } else $("count").textContent = "This browser has no WebGL2, so points are not drawn; for a picture: palate map --out map.svg";
new ResizeObserver(redraw).observe($("map"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
new Response(new Blob([bytes(data.titles)]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).json().then((found) => { titles = found; document.body.dataset.ready = "yes"; if ($("search").value) search(); });
window.palateMap = { draw, view, marks, get chosen() { return chosen; } }; // for those who measure
redraw();
