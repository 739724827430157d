// From logits to the token that a number draws, as src/palate/model/filters.py does it.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const recorded = { temperature: data.temperature, topK: data.topK, topP: data.topP, minP: data.minP };

function unpack(packed, Kind) {
  return new Kind(Uint8Array.from(atob(packed), (character) => character.charCodeAt(0)).buffer);
}

const steps = data.steps.map((step) => {
  const logits = unpack(step.logits, Float32Array);
  const far = step.chosen >= data.cap;
  return {
    ...step,
    far, // the chosen token lies beyond those that are here, and is here none the less
    n: logits.length - far,
    tokens: unpack(step.tokens, Int32Array),
    logits,
    raw: step.raw ? unpack(step.raw, Float32Array) : logits,
  };
});

/** The weights of the histogram's bins from the highest down, relative to the likeliest token; shift: added to each logit. */
function binWeights(step, temperature, shift) {
  const top = step.logits[0];
  const bins = [];
  for (let bin = step.counts.length - 1; bin >= 0; bin--) {
    const count = step.counts[bin];
    if (!count) continue;
    const low = step.low + bin * step.width + shift - top;
    // the mean of exp over a bin that is filled evenly
    const share = Math.exp((low + step.width) / temperature) * (-Math.expm1(-step.width / temperature));
    bins.push({ count, weight: (count * share * temperature) / step.width, middle: low + step.width / 2 });
  }
  return bins;
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** What must be added to the logits of the histogram so that the recorded sum over the vocabulary comes out. */
function restShift(step) {
  const temperature = recorded.temperature || 1;
  const told = Math.exp(step.scaled - step.logSoftmax - step.logits[0] / temperature);
  const here = sum(Array.from(step.logits, (logit) => Math.exp((logit - step.logits[0]) / temperature)));
  const rest = sum(binWeights(step, temperature, 0).map((bin) => bin.weight));
  if (!(told - here > 1e-6) || !rest) return 0;
  return temperature * Math.log((told - here) / rest);
}

for (const step of steps) step.shift = restShift(step);

/** The bins that the filters leave, and their weight. open: tokens that top-k has left; share: that top-p has. */
function keptRest(bins, open, share, total, lowest) {
  let weight = 0;
  for (const bin of bins) {
    if (open <= 0 || share <= 0 || bin.middle < lowest) break;
    const each = bin.weight / bin.count;
    const count = Math.min(bin.count, open, Math.ceil((share * total) / each));
    weight += count * each;
    open -= count;
    share -= (count * each) / total;
  }
  return weight;
}

/** The sum after top-k: of the tokens here that it keeps, and of so many of the rest. */
function afterTopK(here, byTopK, bins, open) {
  return sum(here.map((weight, index) => (byTopK[index] ? weight : 0))) + keptRest(bins, open, Infinity, 1, -Infinity);
}

/** Every stage of a step under these settings. rest: the probability of all tokens that are not here. */
function stagesOf(step, settings) {
  const temperature = settings.temperature || 1;
  const scaled = Array.from(step.logits, (logit) => logit / temperature);
  const weights = scaled.map((value) => Math.exp(value - scaled[0]));
  const bins = binWeights(step, temperature, step.shift);
  const all = sum(weights) + sum(bins.map((bin) => bin.weight));
  const cutting = settings.topK > 0 && settings.topK < step.n;
  const byTopK = scaled.map((value) => !cutting || value >= scaled[settings.topK - 1]);
  const open = cutting ? 0 : settings.topK ? settings.topK - step.n : Infinity;
  const total = afterTopK(weights, byTopK, bins, open);
  let before = 0;
  const byTopP = weights.map((weight, index) => {
    const kept = byTopK[index] && (settings.topP >= 1 || before < settings.topP);
    before += byTopK[index] ? weight / total : 0;
    return kept;
  });
  const lowest = settings.minP > 0 ? Math.log(settings.minP) : -Infinity;
  const byMinP = scaled.map((value, index) => byTopP[index] && value - scaled[0] >= lowest);
  const share = settings.topP < 1 ? settings.topP - before : Infinity;
  const left = keptRest(bins, open, share, total, lowest * temperature);
  const mass = sum(weights.map((weight, index) => (byMinP[index] ? weight : 0))) + left;
  const probs = weights.map((weight, index) => (byMinP[index] ? weight / mass : 0));
  const logSoftmax = scaled.map((value) => value - scaled[0] - Math.log(all));
  let reached = 0;
  const until = probs.map((prob) => (reached += prob));
  return { scaled, logSoftmax, byTopK, byTopP, byMinP, probs, until, rest: left / mass };
}

const isRecorded = (settings) => Object.keys(recorded).every((name) => settings[name] === recorded[name]);

/** The place of the token that the step's number draws; null where it falls on one that is not here. */
function drawnBy(step, settings, stages) {
  if (!settings.temperature) return 0;
  const place = stages.until.findIndex((until, index) => index < step.n && until > step.number);
  if (place >= 0) return place;
  if (stages.rest > 1e-9 || step.far) return step.far && isRecorded(settings) ? step.chosen : null;
  return stages.byMinP.lastIndexOf(true);
}
