// Draws a whole race at a glance: a bar for each part of its time, marks where there are duplicates and rejections, and a frame around what is drawn in full below.
import { fit, rem, lineWidth } from './paint.js';
import { hatch } from './track.js';

/** Where parts and times are on a strip so wide. A race may have gone on longer than what its parts tell of. */
export function strip(width, parts, end, whole) {
  const part = (width * end) / whole / parts;
  return {
    x: us => (us / whole) * width,
    us: x => Math.max(0, Math.min(whole, (x / width) * whole)),
    part: index => ({ x: index * part, width: part }),
  };
}

/** How high each bar is, from 0 to 1: a few attempts beside very many can still be seen. */
export function heights(counts) {
  const most = Math.max(1, ...counts);
  return counts.map(count => Math.sqrt(count / most));
}

/** What is given: overview { end, attempts, duplicates, rejections }, whole, and view { from, to }. */
export function paintOverview(canvas, { overview, whole, view }, colour) {
  const { pen, width, height } = fit(canvas);
  const size = rem();
  const place = strip(width, overview.attempts.length, overview.end, whole);
  const band = size * 0.6;
  const tall = height - 2 * band;
  pen.fillStyle = colour('cell');
  pen.fillRect(0, band, width, tall);
  pen.fillStyle = colour('muted');
  heights(overview.attempts).forEach((share, index) => {
    const { x, width: wide } = place.part(index);
    pen.fillRect(x, band + tall * (1 - share), Math.max(1, wide - 0.5), tall * share);
  });
  if (overview.end < whole) {
    pen.fillStyle = hatch(pen, 'unknown', colour('panel'), colour('grid'), 8);
    pen.fillRect(place.x(overview.end), 0, width - place.x(overview.end), height);
  }
  marks(pen, place, overview.duplicates, x => {
    pen.fillStyle = colour('vermillion');
    pen.beginPath();
    pen.moveTo(x - band * 0.45, 0);
    pen.lineTo(x + band * 0.45, 0);
    pen.lineTo(x, band * 0.85);
    pen.fill();
  });
  pen.strokeStyle = colour('ink');
  pen.lineWidth = lineWidth(size) * 0.7;
  marks(pen, place, overview.rejections, x => {
    const [r, y] = [band * 0.3, height - band * 0.45];
    pen.beginPath();
    pen.moveTo(x - r, y - r);
    pen.lineTo(x + r, y + r);
    pen.moveTo(x + r, y - r);
    pen.lineTo(x - r, y + r);
    pen.stroke();
  });
  const [from, to] = [place.x(view.from), place.x(Math.min(view.to, whole))];
  pen.strokeStyle = colour('accent');
  pen.lineWidth = lineWidth(size);
  pen.strokeRect(Math.max(1, from), 1, Math.max(4, to - from), height - 2);
}

function marks(pen, place, counts, paint) {
  counts.forEach((count, index) => {
    if (count === 0) return;
    const { x, width } = place.part(index);
    paint(x + width / 2);
  });
}
