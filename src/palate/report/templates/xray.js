// Pictures of an x-ray. All facts are in the page already (tables, text); here they are drawn and answer to pointer and keys.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const select = (query, within = document) => within.querySelector(query);
const selectAll = (query, within = document) => [...within.querySelectorAll(query)];
const percent = (share) => `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;

/** Bytes from base64 of zlib. */
async function unpack(packed) {
  const raw = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function make(tag, attributes = {}, text = "") {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
}

/** The red, green and blue of a colour of the style sheet. */
function colour(name) {
  const pen = make("canvas").getContext("2d");
  pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  pen.fillRect(0, 0, 1, 1);
  return pen.getImageData(0, 0, 1, 1).data;
}

/** Fill a canvas of width x height cells: strength gives each cell's share of full colour, negative in the other colour. */
function paint(canvas, width, height, strength, up, down) {
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(width, height);
  for (let cell = 0; cell < width * height; cell++) {
    const share = strength(cell);
    image.data.set(share < 0 ? down : up, 4 * cell);
    image.data[4 * cell + 3] = 255 * Math.min(1, Math.abs(share));
  }
  pen.putImageData(image, 0, 0);
}

// --- the chosen piece, shared by all pictures: followed while the pointer or the focus is on it, kept by a click

const watchers = [];
let chosen = data.first;
let kept = false;

function choose(piece) {
  chosen = piece;
  for (const chip of selectAll("[data-piece]")) chip.classList.toggle("chosen", Number(chip.dataset.piece) === piece);
  for (const watcher of watchers) watcher();
}

function keep(piece) {
  kept = !(kept && chosen === piece);
  choose(piece);
}

for (const list of selectAll(".chips")) {
  const chips = selectAll(".chip", list);
  chips.forEach((chip, index) => {
    const piece = Number(chip.dataset.piece);
    chip.tabIndex = piece === chosen ? 0 : -1;
    chip.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && !kept && choose(piece));
    chip.addEventListener("focus", () => {
      chips.forEach((other) => (other.tabIndex = other === chip ? 0 : -1));
      if (!kept) choose(piece);
    });
    chip.addEventListener("click", () => keep(piece));
    chip.addEventListener("keydown", (event) => {
      const to = { ArrowRight: index + 1, ArrowLeft: index - 1, ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: chips.length - 1 }[event.key];
      if (event.key === "Escape") kept = false;
      if (to === undefined) return;
      event.preventDefault();
      kept = false;
      chips[Math.max(0, Math.min(chips.length - 1, to))].focus();
    });
  });
}
for (const row of selectAll("tr[data-piece]")) {
  row.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && !kept && choose(Number(row.dataset.piece)));
  row.addEventListener("click", () => keep(Number(row.dataset.piece)));
}

// --- embeddings

async function embeddings() {
  const { dims, names, scales, rows } = data.strips;
  const cells = new Int8Array((await unpack(rows)).buffer);
  const value = (name, piece, dim) => cells[(names.indexOf(name) * data.pieces.length + piece) * dims + dim] / 127;
  const draw = (canvas, name, piece) => {
    paint(canvas, dims, 1, (dim) => value(name, piece, dim), colour("--good"), colour("--bad"));
    canvas.onpointermove = (event) => {
      const dim = Math.min(dims - 1, Math.floor((event.offsetX / canvas.clientWidth) * dims));
      canvas.title = `dim ${dim}: ${(value(name, piece, dim) * scales[names.indexOf(name)]).toFixed(3)}`;
    };
  };
  const rowsDrawn = () => selectAll("canvas[data-row]").forEach((canvas) => draw(canvas, names.at(-1), Number(canvas.dataset.row)));
  const chosenDrawn = () => {
    for (const canvas of selectAll("canvas[data-part]")) {
      draw(canvas, canvas.dataset.part, chosen);
      select(`output[data-part="${canvas.dataset.part}"]`).textContent = data.lengths[canvas.dataset.part][chosen].toFixed(2);
    }
    select("#adding-piece").textContent = `${chosen}: ${data.pieces[chosen]}`;
  };
  rowsDrawn();
  chosenDrawn();
  watchers.push(chosenDrawn);
  return () => (rowsDrawn(), chosenDrawn());
}

// --- the vector

function vector() {
  const canvas = select("#pooled");
  const { values, most } = data.pooled;
  canvas.onpointermove = (event) => {
    const dim = Math.min(values.length - 1, Math.floor((event.offsetX / canvas.clientWidth) * values.length));
    canvas.title = `dim ${dim}: ${values[dim].toFixed(4)}`;
  };
  const draw = () => paint(canvas, values.length, 1, (dim) => values[dim] / most, colour("--good"), colour("--bad"));
  draw();
  return draw;
}

// --- attention

async function attention() {
  const { layers, names, n, levels, packed } = data.attention;
  const cells = await unpack(packed);
  const share = (layer, head, row, column) => (cells[((layer * names.length + head) * n + column) * n + row] / levels) ** 2;
  const caps = new Map();
  /** What gets full colour in a map: the strongest half percent of its cells, so that long texts do not pale. */
  const cap = (layer, head) => {
    const start = (layer * names.length + head) * n * n;
    if (!caps.has(start)) {
      const counts = new Uint32Array(levels + 1);
      for (let cell = start; cell < start + n * n; cell++) counts[cells[cell]]++;
      let level = levels;
      for (let above = counts[level]; above < 0.005 * n * n; above += counts[level]) level--;
      caps.set(start, Math.max(1, level) / levels);
    }
    return caps.get(start);
  };
  const pickers = { layer: select("#layer"), head: select("#head"), way: select("#way") };
  const state = { layer: 0, head: names.indexOf("mean"), way: "from" };
  const summary = select("#summary");
  const reading = select(".reading");
  const chips = selectAll(".chip", reading);
  const lines = select("svg", reading);
  const field = select(".matrix .field");
  const canvas = select("canvas", field);
  const [rowBand, columnBand] = selectAll(".band", field);

  /** The weights between the chosen piece and all that are shown, in the chosen direction. */
  const weights = (piece) =>
    Array.from({ length: n }, (_, other) =>
      state.way === "from" ? share(state.layer, state.head, piece, other) : share(state.layer, state.head, other, piece));

  const update = () => {
    if (chosen >= n) {
      summary.textContent = `${data.pieces[chosen]} stands behind the first ${n} pieces, for which attention is drawn.`;
      lines.replaceChildren();
      return;
    }
    const shares = weights(chosen);
    const order = shares.map((_, other) => other).sort((a, b) => shares[b] - shares[a]);
    chips.forEach((chip, other) => {
      const strength = Math.min(1, Math.sqrt(shares[other]) / cap(state.layer, state.head));
      chip.style.setProperty("--weight", strength.toFixed(3));
      chip.classList.toggle("strong", strength > 0.6);
      chip.title = percent(shares[other]);
    });
    const where = `Layer ${state.layer + 1}, ${names[state.head].length < 3 ? "head " : ""}${names[state.head]}: `;
    const named = (other) => {
      const name = make("b", { class: "piece" }, data.pieces[other]);
      name.append(make("sub", {}, other));
      return name;
    };
    summary.replaceChildren(where, named(chosen), state.way === "from" ? " looks at" : " is looked at by");
    order.slice(0, 6).forEach((other, index) => summary.append(index ? ", " : " ", named(other), ` ${percent(shares[other])}`));
    draw(shares, order);
    const side = 100 / n;
    for (const [band, along] of [[rowBand, state.way === "from"], [columnBand, state.way === "to"]]) {
      band.hidden = !along;
    }
    Object.assign(rowBand.style, { left: 0, right: 0, top: `${chosen * side}%`, height: `${side}%` });
    Object.assign(columnBand.style, { top: 0, bottom: 0, left: `${chosen * side}%`, width: `${side}%` });
  };

  /** Lines from the chosen piece to the twelve it has most to do with. */
  const draw = (shares, order) => {
    const frame = reading.getBoundingClientRect();
    const middle = (chip) => {
      const box = chip.getBoundingClientRect();
      return [box.left + box.width / 2 - frame.left, box.top + box.height / 2 - frame.top];
    };
    const [x, y] = middle(chips[chosen]);
    lines.replaceChildren(...order.slice(0, 12).filter((other) => other !== chosen && shares[other] > 0.01).map((other) => {
      const [toX, toY] = middle(chips[other]);
      const lift = Math.min(60, 14 + Math.abs(toX - x) / 6);
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("d", `M${x},${y} C${x},${y - lift} ${toX},${toY - lift} ${toX},${toY}`);
      path.setAttribute("stroke-width", (1 + 7 * shares[other]).toFixed(2));
      path.setAttribute("stroke-opacity", (0.2 + 0.7 * Math.sqrt(shares[other])).toFixed(2));
      return path;
    }));
  };

  const picture = (target, layer, head, ink) => {
    const start = (layer * names.length + head) * n * n;
    const full = levels * cap(layer, head);
    paint(target, n, n, (cell) => cells[start + (cell % n) * n + Math.floor(cell / n)] / full, ink, ink);
  };

  if (select(".short", reading)) {
    for (const side of selectAll(".matrix .rows, .matrix .columns")) {
      side.append(...data.pieces.slice(0, n).map((piece) => make("span", {}, piece)));
    }
  }
  const maps = select(".maps");
  const heading = make("div", { class: "row" });
  heading.append(make("span"), ...names.map((name) => make("span", { class: "head" }, name)));
  maps.style.setProperty("--across", names.length);
  maps.classList.toggle("few", n <= 64);
  maps.append(heading);
  const thumbs = [];
  for (let layer = 0; layer < layers; layer++) {
    const row = make("div", { class: "row" });
    row.append(make("span", {}, `layer ${layer + 1}`));
    names.forEach((name, head) => {
      const button = make("button", { type: "button", "aria-label": `layer ${layer + 1}, ${name}`, tabindex: "-1" });
      button.append(make("canvas", { "aria-hidden": "true" }));
      button.addEventListener("click", () => show({ layer, head }));
      button.addEventListener("keydown", (event) => {
        const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
        if (!step) return;
        event.preventDefault();
        const to = { layer: Math.max(0, Math.min(layers - 1, layer + step[0])), head: Math.max(0, Math.min(names.length - 1, head + step[1])) };
        show(to);
        thumbs.find((thumb) => thumb.layer === to.layer && thumb.head === to.head).button.focus();
      });
      row.append(button);
      thumbs.push({ button, layer, head });
    });
    maps.append(row);
  }

  function show(change) {
    Object.assign(state, change);
    pickers.layer.value = state.layer;
    pickers.head.value = state.head;
    pickers.way.value = state.way;
    for (const { button, layer, head } of thumbs) {
      const pressed = layer === state.layer && head === state.head;
      button.setAttribute("aria-pressed", pressed);
      button.tabIndex = pressed ? 0 : -1;
    }
    picture(canvas, state.layer, state.head, colour("--accent"));
    update();
  }

  for (const [name, picker] of Object.entries(pickers)) {
    picker.addEventListener("change", () => show({ [name]: name === "way" ? picker.value : Number(picker.value) }));
  }
  const cell = (event) => {
    const box = field.getBoundingClientRect();
    const at = (position, start, length) => Math.max(0, Math.min(n - 1, Math.floor(((position - start) / length) * n)));
    return [at(event.clientY, box.top, box.height), at(event.clientX, box.left, box.width)];
  };
  field.addEventListener("pointermove", (event) => {
    const [row, column] = cell(event);
    if (!kept) choose(state.way === "from" ? row : column);
    const weight = share(state.layer, state.head, row, column);
    field.title = `${data.pieces[row]} looks at ${data.pieces[column]} with ${percent(weight)}`;
  });
  field.addEventListener("click", (event) => keep(cell(event)[state.way === "from" ? 0 : 1]));
  watchers.push(update);
  new ResizeObserver(update).observe(reading);
  const redraw = () => {
    const ink = colour("--accent");
    for (const { button, layer, head } of thumbs) picture(select("canvas", button), layer, head, ink);
    show({});
  };
  redraw();
  return redraw;
}

async function start() {
  const redraws = [vector(), await embeddings()];
  if (data.attention) redraws.push(await attention());
  choose(chosen);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraws.forEach((redraw) => redraw()));
  document.documentElement.dataset.ready = "yes";
}
start();
