// What the pictures of a race have in common: the page's colours, sharp canvases, and how a step looks.

/** Reads custom properties of the style sheet; read again when the theme changes. */
export function palette(element) {
  const style = getComputedStyle(element);
  const cache = new Map();
  return name => {
    if (!cache.has(name)) cache.set(name, style.getPropertyValue(`--${name}`).trim());
    return cache.get(name);
  };
}

/** The page's size of letters in pixels: what is drawn grows with it. */
export const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

/** How thick a line is beside letters of that size. */
export const lineWidth = size => Math.max(2, size * 0.115);

/** Fits a canvas to the size that it has on the page and returns its context, in CSS pixels. */
export function fit(canvas) {
  const { width, height } = canvas.getBoundingClientRect();
  const scale = devicePixelRatio || 1;
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const pen = canvas.getContext('2d');
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  return { pen, width, height };
}

/**
 * A step in a rectangle: statements fill it, entering and leaving a block fills its lower part, waiting is a line through it, at a
 * height between 0 and 1.
 */
export function drawStep(pen, x, y, width, height, step, colour, radius = 3, lineAt = 0.5) {
  pen.fillStyle = colour(`tone-${step.tone}`);
  if (step.shape === 'line') {
    const thick = Math.max(1.5, height * 0.16);
    pen.fillRect(x, y + height * lineAt - thick / 2, width, thick);
    return;
  }
  const top = step.shape === 'half' ? y + height * 0.66 : y;
  const tall = step.shape === 'half' ? height * 0.34 : height;
  pen.beginPath();
  pen.roundRect(x, top, width, tall, Math.min(radius, width / 2, tall / 2));
  pen.fill();
}
