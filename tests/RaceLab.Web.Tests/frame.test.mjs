// Run by BrowserScriptTests, or by hand: node --test
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFrame, pointOf } from '../../src/RaceLab.Web/wwwroot/js/frame.js';

function encode({ kind = 0, state = 2, number = 7, elapsed = 1500, progress = 300, counts = [1, 2, 3, 4, 5, 6, 7, 8], duplicates = 9, floats = [840.5, 10, 20, 30], steps = [0, 254, 255], points = [] }) {
  const bytes = new Uint8Array(68 + steps.length + (kind ? 4 + 28 * points.length : 0));
  const view = new DataView(bytes.buffer);
  view.setUint8(0, kind);
  view.setUint8(1, state);
  view.setUint16(2, steps.length, true);
  [number, elapsed, progress, ...counts, duplicates].forEach((value, i) => view.setUint32(4 + 4 * i, value, true));
  floats.forEach((value, i) => view.setFloat32(52 + 4 * i, value, true));
  bytes.set(steps, 68);
  if (!kind) return bytes;
  let at = 68 + steps.length;
  view.setUint32(at, points.length, true);
  at += 4;
  for (const [ms, rate, p50, p90, p99, twice, attempts] of points) {
    view.setUint32(at, ms, true);
    [rate, p50, p90, p99].forEach((value, i) => view.setFloat32(at + 4 + 4 * i, value, true));
    view.setUint32(at + 20, twice, true);
    view.setUint32(at + 24, attempts, true);
    at += 28;
  }
  return bytes;
}

test('a delta reads as what was written', () => {
  const frame = readFrame(encode({}));
  assert.equal(frame.isSnapshot, false);
  assert.equal(frame.state, 'running');
  assert.deepEqual(
    [frame.number, frame.elapsedMs, frame.progress, frame.created, frame.found, frame.updated, frame.rejected, frame.failed, frame.unknown, frame.retries, frame.rejections, frame.duplicates],
    [7, 1500, 300, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual([frame.attemptsPerSecond, frame.p50, frame.p90, frame.p99], [840.5, 10, 20, 30]);
  assert.deepEqual([...frame.steps], [0, 254, 255]);
  assert.deepEqual(pointOf(frame), [1.5, 840.5, 10, 20, 30, 9]);
});

test('what is not counted live and what did not end are gaps', () => {
  const frame = readFrame(encode({ duplicates: 0xffffffff, floats: [0, NaN, NaN, NaN] }));
  assert.equal(frame.duplicates, null);
  assert.deepEqual([frame.p50, frame.p90, frame.p99], [null, null, null]);
});

test('a snapshot brings its points as columns', () => {
  const frame = readFrame(encode({ kind: 1, points: [[100, 800, 1, 2, 3, 4, 5], [200, 900, NaN, 2, 3, 0xffffffff, 9]] }));
  assert.deepEqual(frame.points, [[0.1, 0.2], [800, 900], [1, null], [2, 2], [3, 3], [4, null]]);
});

test('bytes at an offset of a larger buffer are read from there', () => {
  const inner = encode({});
  const outer = new Uint8Array(inner.length + 5);
  outer.set(inner, 5);
  assert.equal(readFrame(outer.subarray(5)).number, 7);
});

test('bytes that are cut short are no frame, and never a wrong one', () => {
  const whole = encode({ kind: 1, points: [[100, 800, 1, 2, 3, 4, 5]] });
  for (let length = 0; length < 71; length++) assert.equal(readFrame(whole.subarray(0, length)), null);
  for (let length = 71; length < whole.length; length++) assert.deepEqual(readFrame(whole.subarray(0, length)).points[0], []);
});
