"use strict";
// what is seen: the points by WebGL2, or slowly without it, and above them the labels and the lasso
const $ = (id) => document.getElementById(id);
const data = JSON.parse($("data").textContent);
const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const n = data.n;
const xy = new Uint16Array(bytes(data.positions).buffer); // (n, 2) of the unit square, times 65535
const codes = bytes(data.codes);
const days = data.moments ? new Uint16Array(bytes(data.moments).buffer) : null; // 0 for none, else 1 to 65535
const marks = new Uint8Array(n).fill(1); // 0 faint, 1 as it is, 2 found or chosen
const hidden = new Set(); // codes that the legend hides
let view = { x: 0.5, y: 0.5, zoom: 1 };
let span = [0, 1]; // of time
let hovered = -1, lasso = null, waiting = false, stale = false;

const canvas = $("points"), over = $("labels"), paper = over.getContext("2d");
const gl = canvas.getContext("webgl2", { antialias: false, alpha: true });
const flat = gl ? null : canvas.getContext("2d");
let program, uniforms = {}, buffers = {};

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
  gl_PointSize = unseen ? 0. : mark > 1.5 ? size * 1.5 : size;
}`;
const fragment = `#version 300 es
precision mediump float; in vec4 colour; out vec4 shown;
void main() {
  if (length(gl_PointCoord - .5) > .5) discard;
  shown = vec4(colour.rgb * colour.a, colour.a);
}`;
function shader(kind, source) {
  const made = gl.createShader(kind);
  gl.shaderSource(made, source);
  gl.compileShader(made);
  gl.attachShader(program, made);
}
function attribute(name, array, size, kind, normal) {
  const index = gl.getAttribLocation(program, name);
  buffers[name] = gl.createBuffer();
  gl.bindBuffer(gl.ARRAY_BUFFER, buffers[name]);
  gl.bufferData(gl.ARRAY_BUFFER, array, gl.DYNAMIC_DRAW);
  gl.enableVertexAttribArray(index);
  gl.vertexAttribPointer(index, size, kind, normal, 0, 0);
}
function prepare() {
  if (!gl) return;
  program = gl.createProgram();
  shader(gl.VERTEX_SHADER, vertex);
  shader(gl.FRAGMENT_SHADER, fragment);
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw Error(gl.getProgramInfoLog(program));
  gl.useProgram(program);
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
  paint();
}
const colourOf = (code) => data.colours[code] || data.none;
// hands the colours, then the marks, to the graphics card
function paint() {
  if (gl) {
    const table = new Uint8Array(1024);
    for (let code = 0; code < 256; code++) {
      for (let part = 0; part < 3; part++) table[4 * code + part] = parseInt(colourOf(code).slice(1 + 2 * part, 3 + 2 * part), 16);
      table[4 * code + 3] = hidden.has(code) ? 0 : 255;
    }
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, table);
  }
  redraw();
}
function remark() {
  if (gl) {
    gl.bindBuffer(gl.ARRAY_BUFFER, buffers.mark);
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, marks);
  }
  redraw();
}
// pixels of the page: the shorter side of the map shows 1 / zoom of the unit square
const side = () => Math.min(canvas.clientWidth, canvas.clientHeight) * view.zoom;
const toPage = (x, y) => [canvas.clientWidth / 2 + (x - view.x) * side(), canvas.clientHeight / 2 - (y - view.y) * side()];
const toMap = (px, py) => [view.x + (px - canvas.clientWidth / 2) / side(), view.y - (py - canvas.clientHeight / 2) / side()];
const spot = (i) => [xy[2 * i] / 65535, xy[2 * i + 1] / 65535];
const inTime = (i) => !days || (days[i] ? days[i] / 65535 >= span[0] && days[i] / 65535 <= span[1] : span[0] == 0 && span[1] == 1);
const seen = (i) => !hidden.has(codes[i]) && inTime(i);
const ratio = () => (n > 200000 || !gl ? 1 : Math.min(devicePixelRatio, 2));

// points: whether these changed, or only what lies above them
function redraw(points = true) {
  stale ||= points;
  if (!waiting) { waiting = true; requestAnimationFrame(draw); }
}
function draw() {
  waiting = false;
  for (const one of [canvas, over]) {
    const width = Math.round(one.clientWidth * ratio()), height = Math.round(one.clientHeight * ratio());
    if (one.width != width || one.height != height) { one.width = width; one.height = height; stale = true; }
  }
  const base = n < 2000 ? 7 : n < 20000 ? 4.5 : n < 200000 ? 3 : 1.5;
  const size = Math.max(1, Math.min(14, base * Math.pow(view.zoom, 0.35)) * ratio());
  if (stale) gl ? drawPoints(size) : drawFlat(size);
  stale = false;
  annotate();
}
function drawPoints(size) {
  gl.viewport(0, 0, canvas.width, canvas.height);
  gl.clearColor(0, 0, 0, 0);
  gl.clear(gl.COLOR_BUFFER_BIT);
  gl.uniform2f(uniforms.middle, view.x, view.y);
  gl.uniform2f(uniforms.scale, (2 * side()) / canvas.clientWidth, (2 * side()) / canvas.clientHeight);
  gl.uniform1f(uniforms.size, size);
  gl.uniform2f(uniforms.span, span[0], span[1]);
  gl.drawArrays(gl.POINTS, 0, n);
}
function drawFlat(size) {
  flat.clearRect(0, 0, canvas.width, canvas.height);
  for (let i = 0; i < n; i++) {
    if (!seen(i)) continue;
    const [px, py] = toPage(...spot(i)), own = marks[i] == 2 ? size * 1.5 : size;
    if (px < 0 || py < 0 || px > canvas.width || py > canvas.height) continue;
    flat.globalAlpha = [0.12, 0.75, 1][marks[i]];
    flat.fillStyle = colourOf(codes[i]);
    flat.fillRect(px - own / 2, py - own / 2, own, own);
  }
}
function annotate() {
  const style = getComputedStyle(document.body), ink = style.getPropertyValue("--ink"), ground = style.getPropertyValue("--ground");
  paper.setTransform(ratio(), 0, 0, ratio(), 0, 0);
  paper.clearRect(0, 0, over.clientWidth, over.clientHeight);
  Object.assign(paper, { font: "600 13px system-ui, sans-serif", textAlign: "center", textBaseline: "middle", lineJoin: "round" });
  drawLabels(ink, ground);
  paper.lineWidth = 2;
  paper.strokeStyle = ink;
  if (hovered >= 0) {
    paper.beginPath();
    paper.arc(...toPage(...spot(hovered)), 8, 0, 7);
    paper.stroke();
  }
  if (lasso && lasso.length > 1) {
    paper.beginPath();
    lasso.forEach(([x, y], i) => paper[i ? "lineTo" : "moveTo"](...toPage(x, y)));
    paper.closePath();
    paper.stroke();
  }
}
// the largest first, where there is room: zooming in makes room for more
function drawLabels(ink, ground) {
  const boxes = [], width = over.clientWidth, height = over.clientHeight;
  for (const label of data.labels) {
    const [px, py] = toPage(label.x, label.y);
    if (px < 0 || py < 0 || px > width || py > height) continue;
    label.half ??= paper.measureText(label.text).width / 2 + 6;
    const x = Math.max(label.half, Math.min(width - label.half, px)), y = Math.max(12, Math.min(height - 12, py));
    const box = [x - label.half, y - 11, x + label.half, y + 11];
    if (boxes.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) continue;
    boxes.push(box);
    paper.lineWidth = 4;
    paper.strokeStyle = ground;
    paper.strokeText(label.text, x, y);
    paper.fillStyle = ink;
    paper.fillText(label.text, x, y);
  }
  data.labelBoxes = boxes;
}
