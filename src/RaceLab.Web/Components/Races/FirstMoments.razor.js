// Draws the lanes of a race's first moments.
import { palette, fit, drawStep } from '../../js/paint.js';

const segmentBytes = 16;
const marks = ['none', 'created', 'duplicate', 'rejected', 'found', 'lost'];

export function create(canvas) {
  let picture = null;
  const paint = () => { if (picture && canvas.isConnected) paintLanes(canvas, picture); };
  const sizes = new ResizeObserver(paint);
  sizes.observe(canvas);
  addEventListener('racelab-theme', paint);
  return {
    show(bytes, workers, endUs, steps) {
      picture = { segments: readSegments(bytes), workers, endUs, steps };
      paint();
    },
    dispose() {
      sizes.disconnect();
      removeEventListener('racelab-theme', paint);
    },
  };
}

export function readSegments(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const segments = [];
  for (let at = 0; at + segmentBytes <= bytes.byteLength; at += segmentBytes) {
    segments.push({
      worker: view.getUint16(at, true),
      step: view.getUint8(at + 2),
      mark: marks[view.getUint8(at + 3)] ?? 'none',
      start: view.getUint32(at + 4, true),
      end: view.getUint32(at + 8, true),
    });
  }
  return segments;
}

function paintLanes(canvas, { segments, workers, endUs, steps }) {
  const colour = palette(canvas);
  const { pen, width, height } = fit(canvas);
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const left = rem * 1.8;
  const right = rem * 0.6;
  const bottom = rem * 1.4;
  const lane = (height - bottom) / Math.max(1, workers);
  const x = us => left + (us / Math.max(1, endUs)) * (width - left - right);

  pen.font = `${rem * 0.72}px ${colour('sans')}`;
  pen.textBaseline = 'middle';
  paintAxis(pen, x, endUs, height - bottom, rem, colour);
  pen.textAlign = 'right';
  for (let worker = 0; worker < workers; worker++) {
    const y = worker * lane;
    pen.fillStyle = colour('cell');
    pen.fillRect(left, y + lane * 0.08, width - left - right, lane * 0.84);
    if (lane >= rem * 0.75 || worker % 5 === 4) {
      pen.fillStyle = colour('muted');
      pen.fillText(worker + 1, left - rem * 0.4, y + lane / 2);
    }
  }
  for (const segment of segments) {
    const step = steps[segment.step] ?? { tone: 'frame', shape: 'half', label: '' };
    const y = segment.worker * lane + lane * 0.12;
    const from = x(segment.start);
    const wide = Math.max(1, x(segment.end) - from - 0.5);
    drawStep(pen, from, y, wide, lane * 0.76, step, colour, 2);
    if (step.shape === 'block' && wide > rem * 0.9 && lane >= rem * 0.8) {
      pen.fillStyle = colour('tone-ink');
      pen.textAlign = 'center';
      pen.fillText(step.label, from + wide / 2, y + lane * 0.4);
    }
  }
  for (const segment of segments) {
    if (segment.mark !== 'none') paintMark(pen, x(segment.end), segment.worker * lane + lane / 2, Math.min(lane * 0.44, rem * 0.42), segment.mark, colour);
  }
}

/** Created: a disc. Duplicate: a triangle. Rejected: a cross. Found: a ring. Failed or unknown: a square. */
function paintMark(pen, x, y, r, mark, colour) {
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
  pen.lineWidth = mark === 'found' || mark === 'rejected' ? 2 : 1.5;
  if (mark === 'found' || mark === 'rejected') {
    pen.strokeStyle = colour('panel');
    pen.lineWidth += 2;
    pen.stroke();
    pen.lineWidth -= 2;
    pen.strokeStyle = colour('ink');
    pen.stroke();
    return;
  }
  pen.fillStyle = colour(mark === 'duplicate' ? 'vermillion' : mark === 'created' ? 'ink' : 'muted');
  pen.strokeStyle = colour('panel');
  pen.stroke();
  pen.fill();
}

function paintAxis(pen, x, endUs, y, rem, colour) {
  const step = niceStep(endUs / 5);
  pen.textAlign = 'center';
  for (let us = 0; us <= endUs; us += step) {
    pen.fillStyle = colour('grid');
    pen.fillRect(x(us), 0, 1, y);
    pen.fillStyle = colour('muted');
    pen.fillText(endUs < 2000 ? `${us} us` : `${+(us / 1000).toFixed(1)} ms`, x(us), y + rem * 0.75);
  }
}

function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  return [1, 2, 5, 10].map(n => n * power).find(n => n >= least) ?? power;
}
