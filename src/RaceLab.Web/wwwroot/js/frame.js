// Reads the frames of a race: what the lab's RaceFrame writes, little-endian. Nothing is counted here.

export const states = ['queued', 'preparing', 'running', 'counting', 'over'];
export const betweenAttempts = 254;
export const done = 255;

const headerBytes = 68;
const pointBytes = 28;
const notCounted = 0xffffffff;
const counts = ['created', 'found', 'updated', 'rejected', 'failed', 'unknown', 'retries', 'rejections'];

/** A frame as an object, or null where the bytes are none. */
export function readFrame(bytes) {
  if (bytes.byteLength < headerBytes) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const workers = view.getUint16(2, true);
  if (bytes.byteLength < headerBytes + workers) return null;
  const frame = {
    isSnapshot: view.getUint8(0) === 1,
    state: states[view.getUint8(1)] ?? 'over',
    number: view.getUint32(4, true),
    elapsedMs: view.getUint32(8, true),
    progress: view.getUint32(12, true),
    duplicates: orNull(view.getUint32(48, true)),
    attemptsPerSecond: orGap(view.getFloat32(52, true)),
    p50: orGap(view.getFloat32(56, true)),
    p90: orGap(view.getFloat32(60, true)),
    p99: orGap(view.getFloat32(64, true)),
    steps: bytes.subarray(headerBytes, headerBytes + workers),
    points: null,
    track: null,
  };
  counts.forEach((name, index) => { frame[name] = view.getUint32(16 + 4 * index, true); });
  let rest = headerBytes + workers;
  if (frame.isSnapshot) {
    frame.points = readPoints(view, rest);
    rest += 4 + pointBytes * frame.points[0].length;
  }
  frame.track = readTrack(bytes, view, rest);
  return frame;
}

/** The point that a delta adds to the charts. */
export function pointOf(frame) {
  return [frame.elapsedMs / 1000, frame.attemptsPerSecond, frame.p50, frame.p90, frame.p99, frame.duplicates];
}

/** What a frame has of the race track: pieces that track.js reads, or null. */
function readTrack(bytes, view, at) {
  if (bytes.byteLength < at + 4) return null;
  const opening = at + 4 + view.getUint32(at, true);
  const piece = (from, to) => (to > from ? bytes.subarray(from, to) : null);
  return { opening: piece(at + 4, opening), newest: piece(opening, bytes.byteLength) };
}

function readPoints(view, at) {
  const columns = [[], [], [], [], [], []];
  if (view.byteLength < at + 4) return columns;
  const count = view.getUint32(at, true);
  at += 4;
  for (let i = 0; i < count && at + pointBytes <= view.byteLength; i++, at += pointBytes) {
    columns[0].push(view.getUint32(at, true) / 1000);
    for (let column = 1; column <= 4; column++) columns[column].push(orGap(view.getFloat32(at + 4 * column, true)));
    columns[5].push(orNull(view.getUint32(at + 20, true)));
  }
  return columns;
}

// uPlot draws nothing where a value is null.
function orGap(value) { return Number.isFinite(value) ? value : null; }
function orNull(value) { return value === notCounted ? null : value; }
