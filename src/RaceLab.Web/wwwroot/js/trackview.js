// What is seen of a race track: reads its pieces, moves the view, finds what is at a place. What the lab's TrackEncoder writes is read here; nothing is counted.

export const marks = ['none', 'created', 'duplicate', 'rejected', 'found', 'lost'];
export const waits = ['none', 'inferred', 'sampled'];

const headerBytes = 12;
const rejectedBit = 32;
const leastSpan = 20;

/** A piece as { from, to, segments }, or null where the bytes are none. Times are in microseconds since the start barrier. */
export function readPiece(bytes) {
  if (!bytes || bytes.byteLength < headerBytes) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const piece = { from: view.getUint32(0, true), to: view.getUint32(4, true), segments: [] };
  let at = headerBytes;
  const number = () => {
    let value = 0;
    for (let scale = 1; at < bytes.byteLength; scale *= 128) {
      const next = bytes[at++];
      value += (next & 127) * scale;
      if (next < 128) break;
    }
    return value;
  };
  let left = view.getUint32(8, true);
  for (let worker = -1; left > 0 && at < bytes.byteLength;) {
    worker += 1 + number();
    let end = piece.from;
    for (let count = number(); count > 0 && at < bytes.byteLength; count--, left--) {
      const gap = number();
      const start = end + (gap % 2 ? -(gap + 1) / 2 : gap / 2);
      end = start + number();
      const [step, mark] = [bytes[at++], bytes[at++]];
      piece.segments.push({ worker, step, start, end, mark: marks[mark & 7] ?? 'none', wait: waits[(mark >> 3) & 3] ?? 'none', rejection: mark & rejectedBit ? number() : 0 });
    }
  }
  return piece;
}

/** The view by so much later, kept within the race. */
export function pan(view, by, end) {
  const span = view.to - view.from;
  const from = Math.max(0, Math.min(view.from + by, Math.max(0, end - span)));
  return { from, to: from + span };
}

/** The view so many times as wide, around a time that stays where it is. */
export function zoom(view, factor, around, end) {
  const span = Math.max(leastSpan, Math.min((view.to - view.from) * factor, Math.max(leastSpan, end)));
  const share = (around - view.from) / (view.to - view.from);
  return pan({ from: around - share * span, to: around - share * span + span }, 0, end);
}

/** What is drawn at a place: in the lane of a worker, at a time, with some tolerance. Null: nothing. */
export function hit(segments, worker, us, tolerance) {
  let best = null;
  for (const segment of segments) {
    if (segment.worker !== worker || segment.start > us + tolerance || segment.end < us - tolerance) continue;
    if (!best || distance(segment, us) < distance(best, us)) best = segment;
  }
  return best;
}

/** The segment before (-1) or behind (1) another one in its lane; the first in the lane from a time on where there is no other. */
export function neighbour(segments, worker, from, direction, selected) {
  const lane = segments.filter(s => s.worker === worker).sort((a, b) => a.start - b.start);
  if (!selected || selected.worker !== worker) return lane.find(s => s.end >= from) ?? lane.at(-1) ?? null;
  const at = lane.findIndex(s => s.start === selected.start && s.step === selected.step);
  return lane[at + direction] ?? lane[at] ?? null;
}

/** Distances of an axis: 1, 2 or 5 times a power of ten. */
export function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  return [1, 2, 5, 10].map(n => n * power).find(n => n >= least) ?? power * 10;
}

/** A time with its unit, as exact as marks so far apart need it. */
export function timeText(us, step) {
  if (us === 0) return '0';
  if (step >= 1_000_000) return `${us / 1_000_000} s`;
  if (step < 1000 && us < 1000) return `${us} us`;
  return `${(us / 1000).toFixed(step >= 1000 ? 0 : step >= 100 ? 1 : step >= 10 ? 2 : 3)} ms`;
}

function distance(segment, us) {
  return us < segment.start ? segment.start - us : us > segment.end ? us - segment.end : 0;
}

/** Where things are on a canvas: the same for drawing and for pointers. */
export function layout(width, height, workers, view, rem) {
  const left = rem * 2.1;
  const right = rem * 0.7;
  const bottom = rem * 1.5;
  const lane = (height - bottom) / Math.max(1, workers);
  const across = width - left - right;
  return {
    left, right, bottom, lane, across,
    x: us => left + ((us - view.from) / (view.to - view.from)) * across,
    us: x => view.from + ((x - left) / across) * (view.to - view.from),
    worker: y => Math.max(0, Math.min(workers - 1, Math.floor(y / lane))),
  };
}

/** The view moved so that a time is in its middle. */
export function centre(view, us, end) {
  return pan(view, us - (view.from + view.to) / 2, end);
}

/** What workers are at just now: a step that began, at the earliest, when the last one that is known of ended. Who is between attempts, or done, is at none. */
export function underWay(segments, at, steps, view) {
  const since = new Map();
  for (const segment of segments) since.set(segment.worker, Math.max(since.get(segment.worker) ?? view.from, segment.end));
  const open = [];
  at.forEach((step, worker) => {
    const start = since.get(worker) ?? view.from;
    if (step < steps && start < view.to) open.push({ worker, step, start, end: view.to, mark: 'none', wait: 'none', rejection: 0, open: true });
  });
  return open;
}
