// Draws the race track: lanes, steps, marks, the axis.
import { fit, rem, lineWidth } from './paint.js';
import { layout, niceStep, timeText } from './trackview.js';

export function layoutOf(canvas, workers, view) {
  const { width, height } = canvas.getBoundingClientRect();
  return layout(width, height, workers, view, rem());
}

/**
 * Draws lanes. What is given: segments, workers, view { from, to }, steps { tone, shape, label }, and, where there are any: covered { from, to } (outside of it nothing is known),
 * pauses [{ from, to }] of the lab itself, selected, lane (the worker whose lane has the keyboard), rejections (the SQLSTATE of each kind).
 */
export function paintTrack(canvas, picture, colour) {
  const { pen, width, height } = fit(canvas);
  const { segments, workers, view, steps } = picture;
  const size = rem();
  const place = layout(width, height, workers, view, size);
  pen.font = `${size * 0.72}px ${colour('sans')}`;
  pen.textBaseline = 'middle';
  paintLanes(pen, place, width, picture, size, colour);
  paintAxis(pen, place, view, height - place.bottom, size, colour);
  pen.save();
  pen.beginPath();
  pen.rect(place.left, 0, place.across + place.right, height - place.bottom);
  pen.clip();
  for (const segment of segments) {
    if (segment.end < view.from || segment.start > view.to) continue;
    pen.globalAlpha = segment.open ? 0.5 : 1;
    paintSegment(pen, place, segment, steps, size, colour);
  }
  pen.globalAlpha = 1;
  for (const rare of [false, true]) {
    for (const segment of segments) {
      if (segment.mark === 'none' || isRare(segment) !== rare || segment.end < view.from || segment.end > view.to) continue;
      paintMark(pen, place.x(segment.end), segment.worker * place.lane + place.lane / 2, Math.max(2, Math.min(place.lane * 0.44, size * 0.42)), segment.mark, size, colour);
    }
  }
  for (const pause of picture.pauses ?? []) paintPause(pen, place, pause, view, height - place.bottom, size, colour);
  paintStates(pen, place, segments, picture.rejections ?? [], view, size, colour);
  if (picture.selected) paintSelected(pen, place, picture.selected, size, colour);
  pen.restore();
  if (view.from <= 0) paintBarrier(pen, place.x(0), height - place.bottom, size, colour);
}

const isRare = segment => segment.mark === 'duplicate' || segment.mark === 'rejected' || segment.mark === 'lost';

function paintLanes(pen, place, width, { workers, covered, view, lane: chosen }, size, colour) {
  pen.textAlign = 'right';
  for (let worker = 0; worker < workers; worker++) {
    const y = worker * place.lane;
    pen.fillStyle = colour('cell');
    pen.fillRect(place.left, y + place.lane * 0.08, place.across, Math.max(1, place.lane * 0.84));
    if (worker === chosen) {
      pen.fillStyle = colour('accent');
      pen.fillRect(place.left - size * 0.25, y, size * 0.18, place.lane);
    }
    if (place.lane >= size * 0.75 || worker % 5 === 4) {
      pen.fillStyle = colour('muted');
      pen.fillText(worker + 1, place.left - size * 0.4, y + place.lane / 2);
    }
  }
  if (!covered) return;
  pen.fillStyle = hatch(pen, 'unknown', colour('panel'), colour('grid'), 8);
  const bottom = workers * place.lane;
  if (covered.from > view.from) pen.fillRect(place.left, 0, Math.min(place.across, place.x(covered.from) - place.left), bottom);
  if (covered.to < view.to) {
    const from = Math.max(place.left, place.x(covered.to));
    pen.fillRect(from, 0, place.left + place.across - from, bottom);
  }
}

function paintSegment(pen, place, segment, steps, size, colour) {
  const step = steps[segment.step] ?? { tone: 'frame', shape: 'half', label: '' };
  const y = segment.worker * place.lane + place.lane * 0.12;
  const tall = Math.max(1, place.lane * 0.76);
  const from = Math.max(place.left - 4, place.x(segment.start));
  const wide = Math.max(1, Math.min(place.left + place.across + 4, place.x(segment.end)) - from - 0.5);
  const tone = colour(`tone-${step.tone}`);
  if (segment.wait !== 'none') {
    pen.fillStyle = hatch(pen, segment.wait, colour('panel'), tone, segment.wait === 'sampled' ? 5 : 9);
    pen.fillRect(from, y, wide, tall);
    pen.strokeStyle = tone;
    pen.lineWidth = lineWidth(size) * 0.75;
    pen.setLineDash(segment.wait === 'sampled' ? [] : [4, 3]);
    if (wide > 3) pen.strokeRect(from + 0.75, y + 0.75, wide - 1.5, tall - 1.5);
    pen.setLineDash([]);
  } else if (step.shape === 'line') {
    pen.fillStyle = tone;
    const thick = Math.max(1, tall * 0.16);
    pen.fillRect(from, y + tall / 2 - thick / 2, wide, thick);
  } else if (step.shape === 'half') {
    pen.fillStyle = tone;
    pen.fillRect(from, y + tall * 0.62, wide, Math.max(1, tall * 0.38));
  } else {
    pen.fillStyle = tone;
    pen.fillRect(from, y, wide, tall);
    const texture = textures[step.tone];
    if (texture && wide > 3 && tall > 5) {
      pen.fillStyle = textured(pen, texture, tone, colour('tone-ink'));
      pen.fillRect(from, y, wide, tall);
    }
  }
  if (step.shape !== 'line' && wide > size * 0.9 && place.lane >= size * 0.8) {
    const middle = from + wide / 2;
    pen.fillStyle = segment.wait === 'none' && step.shape === 'block' ? tone : colour('panel');
    pen.fillRect(middle - size * 0.34, y + tall * 0.12, size * 0.68, tall * 0.76);
    pen.fillStyle = segment.wait === 'none' && step.shape === 'block' ? colour('tone-ink') : colour('ink');
    pen.textAlign = 'center';
    pen.fillText(step.label, middle, y + tall / 2);
  }
}

/** Statements differ by their pattern as well as by their colour: the first is plain. */
const textures = { s1: 'rising', s2: 'upright', s3: 'dots', s4: 'level' };
const tiles = new Map();

function textured(pen, texture, back, ink) {
  return tile(pen, `${texture} ${back}`, 8, tilePen => {
    tilePen.fillStyle = back;
    tilePen.fillRect(0, 0, 8, 8);
    tilePen.globalAlpha = 0.45;
    tilePen.strokeStyle = tilePen.fillStyle = ink;
    tilePen.lineWidth = 1.4;
    tilePen.beginPath();
    if (texture === 'rising') [-8, 0, 8].forEach(x => { tilePen.moveTo(x, 8); tilePen.lineTo(x + 8, 0); });
    else if (texture === 'upright') { tilePen.moveTo(4, 0); tilePen.lineTo(4, 8); }
    else if (texture === 'level') { tilePen.moveTo(0, 4); tilePen.lineTo(8, 4); }
    else tilePen.arc(4, 4, 1.5, 0, 2 * Math.PI);
    if (texture === 'dots') tilePen.fill();
    else tilePen.stroke();
  });
}

export function hatch(pen, name, back, ink, size) {
  return tile(pen, `${name} ${back} ${ink}`, size, tilePen => {
    tilePen.fillStyle = back;
    tilePen.fillRect(0, 0, size, size);
    tilePen.strokeStyle = ink;
    tilePen.lineWidth = 1.5;
    tilePen.beginPath();
    [-size, 0, size].forEach(x => { tilePen.moveTo(x, 0); tilePen.lineTo(x + size, size); });
    tilePen.stroke();
  });
}

function tile(pen, name, size, draw) {
  if (!tiles.has(name)) {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = size;
    draw(canvas.getContext('2d'));
    tiles.set(name, canvas);
  }
  return pen.createPattern(tiles.get(name), 'repeat');
}

/** Created: a disc. Duplicate: a triangle. Rejected: a cross. Found: a ring. Failed or unknown: a square. */
function paintMark(pen, x, y, r, mark, size, colour) {
  pen.beginPath();
  if (mark === 'duplicate') {
    const big = r * 1.25;
    pen.moveTo(x, y - big);
    pen.lineTo(x + big, y + big * 0.85);
    pen.lineTo(x - big, y + big * 0.85);
    pen.closePath();
  } else if (mark === 'rejected') {
    pen.moveTo(x - r * 0.7, y - r * 0.7);
    pen.lineTo(x + r * 0.7, y + r * 0.7);
    pen.moveTo(x + r * 0.7, y - r * 0.7);
    pen.lineTo(x - r * 0.7, y + r * 0.7);
  } else if (mark === 'lost') {
    pen.rect(x - r * 0.7, y - r * 0.7, r * 1.4, r * 1.4);
  } else {
    pen.arc(x, y, r * (mark === 'found' ? 0.62 : 0.78), 0, 2 * Math.PI);
  }
  const thick = lineWidth(size);
  pen.lineWidth = thick * 0.75;
  pen.strokeStyle = colour('panel');
  if (mark === 'found' || mark === 'rejected') {
    pen.lineWidth = thick * 2;
    pen.stroke();
    pen.lineWidth = thick;
    pen.strokeStyle = colour('ink');
    pen.stroke();
    return;
  }
  pen.fillStyle = colour(mark === 'duplicate' ? 'vermillion' : mark === 'created' ? 'ink' : 'muted');
  pen.stroke();
  pen.fill();
}

/** The SQLSTATE beside a rejection, where there is room. */
function paintStates(pen, place, segments, rejections, view, size, colour) {
  if (place.lane < size * 0.8) return;
  pen.textAlign = 'left';
  const taken = new Map();
  for (const segment of segments) {
    if (!segment.rejection || segment.end < view.from || segment.end > view.to) continue;
    const text = rejections[segment.rejection - 1];
    const x = place.x(segment.end) + size * 0.5;
    if (!text || x < (taken.get(segment.worker) ?? 0)) continue;
    const wide = pen.measureText(text).width;
    taken.set(segment.worker, x + wide);
    pen.fillStyle = colour('panel');
    pen.fillRect(x - 2, segment.worker * place.lane + place.lane * 0.15, wide + 4, place.lane * 0.7);
    pen.fillStyle = colour('ink');
    pen.fillText(text, x, segment.worker * place.lane + place.lane / 2);
  }
}

function paintSelected(pen, place, segment, size, colour) {
  const from = place.x(segment.start);
  pen.strokeStyle = colour('ink');
  pen.lineWidth = lineWidth(size);
  pen.strokeRect(from - 2, segment.worker * place.lane + 1, Math.max(4, place.x(segment.end) - from + 3), place.lane - 2);
}

/** A time in which the lab itself stood still, across all lanes: what is under it still shows. */
function paintPause(pen, place, pause, view, height, size, colour) {
  if (pause.to < view.from || pause.from > view.to) return;
  const from = Math.max(place.left, place.x(pause.from));
  const wide = Math.max(2, Math.min(place.left + place.across, place.x(pause.to)) - from);
  pen.save();
  pen.fillStyle = pen.strokeStyle = colour('ink');
  pen.globalAlpha = 0.12;
  pen.fillRect(from, 0, wide, height);
  pen.globalAlpha = 0.7;
  pen.lineWidth = 1;
  pen.beginPath();
  for (let x = from + 0.5; x <= from + wide; x += 5) { pen.moveTo(x, 0); pen.lineTo(x, height); }
  pen.stroke();
  pen.restore();
  const text = 'the lab itself paused';
  const broad = pen.measureText(text).width + size * 0.6;
  if (wide < broad) return;
  pen.fillStyle = colour('panel');
  pen.fillRect(from + (wide - broad) / 2, height / 2 - size * 0.6, broad, size * 1.2);
  pen.fillStyle = colour('ink');
  pen.textAlign = 'center';
  pen.fillText(text, from + wide / 2, height / 2);
}

function paintBarrier(pen, x, height, size, colour) {
  const thick = lineWidth(size);
  pen.fillStyle = colour('ink');
  pen.fillRect(x - thick, 0, thick, height);
  for (let y = 0; y < height; y += size * 0.5) pen.fillRect(x - 2 * thick, y, thick, size * 0.25);
}

function paintAxis(pen, place, view, y, size, colour) {
  const step = niceStep((view.to - view.from) / Math.max(2, place.across / (size * 7)));
  pen.textAlign = 'center';
  for (let us = Math.ceil(view.from / step) * step; us <= view.to; us += step) {
    pen.fillStyle = colour('grid');
    pen.fillRect(place.x(us), 0, 1, y);
    pen.fillStyle = colour('muted');
    pen.fillText(timeText(us, step), Math.min(place.x(us), place.left + place.across - size * 1.1), y + size * 0.8);
  }
}
