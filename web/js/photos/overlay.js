/** Boxes and landmarks, drawn on a canvas that lies exactly over its photo. */

/** @typedef {import("../service/types.js").PhotoResult} PhotoResult */
/** @typedef {import("../service/types.js").Face} Face */
/** @typedef {{colour: string, line: number, dot: number}} Pen  sizes in px on the screen */
/** @typedef {{boxes: boolean, points5: boolean, points68: boolean}} Layers  what is drawn */

const COMPARED = { colour: "--overlay-compared", line: 2.5, dot: 2.5 };
const OTHER = { colour: "--overlay-other", line: 1.25, dot: 1.5 };
const HALO_COLOUR = "--overlay-halo";
const HALO = 1; // px on each side of lines and dots, so that they show on any photo
const DOT_SHARE = 0.02; // of the box's width at most, so that dots do not hide a small face
const DOT_OF_68 = 0.6; // as large as one of the five, so that 68 of them leave the face visible
const SHAPE_TOLERANCE = 0.02; // more than the rounding of a small picture's sides

/**
 * Keep `canvas` drawn at any size and pixel density.
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLImageElement} picture  in the same place, with object-fit: contain
 */
export function createOverlay(canvas, picture) {
  /** @type {PhotoResult | null} */
  let result = null;
  /** @type {Layers} */
  let layers = { boxes: true, points5: true, points68: false };
  const redraw = () => draw(canvas, result && sameShape(result, picture) ? result : null, layers);
  new ResizeObserver(redraw).observe(canvas);
  picture.addEventListener("load", redraw);
  onPixelDensityChange(redraw);
  return {
    /** @param {PhotoResult | null} next @param {Layers} [wanted] */
    show(next, wanted = layers) {
      result = next;
      layers = wanted;
      redraw();
    },
  };
}

/**
 * Whether the browser shows the photo in the shape in which the service saw it. They may disagree
 * about which way is up, where a file states its orientation in an unusual way.
 * @param {PhotoResult} result
 * @param {HTMLImageElement} picture
 */
export function sameShape(result, picture) {
  const shown = picture.naturalWidth / picture.naturalHeight;
  return Math.abs((shown * result.height) / result.width - 1) < SHAPE_TOLERANCE;
}

function onPixelDensityChange(callback) {
  const query = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
  const changed = () => {
    callback();
    onPixelDensityChange(callback);
  };
  query.addEventListener("change", changed, { once: true });
}

function draw(canvas, result, layers) {
  const { clientWidth, clientHeight } = canvas;
  const density = window.devicePixelRatio;
  canvas.width = Math.round(clientWidth * density); // setting a side also wipes the canvas
  canvas.height = Math.round(clientHeight * density);
  if (!result) return;
  const context = canvas.getContext("2d");
  context.scale(density, density);
  const place = placeOf(result, clientWidth, clientHeight);
  const style = getComputedStyle(canvas);
  for (const face of comparedLast(result.faces)) {
    drawFace(context, pathsOf(face, place, layers), face.compared ? COMPARED : OTHER, style);
  }
}

/** The compared face is drawn over the others. */
function comparedLast(faces) {
  return [...faces].sort((one, other) => Number(one.compared) - Number(other.compared));
}

/**
 * Where object-fit: contain puts a photo of this shape.
 * @param {{width: number, height: number}} photo
 * @param {number} frameWidth
 * @param {number} frameHeight
 */
export function placeOf({ width, height }, frameWidth, frameHeight) {
  const scale = Math.min(frameWidth / width, frameHeight / height);
  const left = (frameWidth - width * scale) / 2;
  const top = (frameHeight - height * scale) / 2;
  return { scale, left, top };
}

/** What is drawn of a face, on the screen; `dot` bounds the dots of a small face, px. */
function pathsOf(face, place, layers) {
  const nothing = new Path2D();
  return {
    box: layers.boxes ? boxPath(face.box, place) : nothing,
    points5: layers.points5 ? dotsPath(face.landmarks5, place) : nothing,
    points68: layers.points68 ? dotsPath(face.landmarks68 ?? [], place) : nothing,
    dot: DOT_SHARE * face.box.width * place.scale,
  };
}

function drawFace(context, paths, pen, style) {
  const dot = Math.max(1, Math.min(pen.dot, paths.dot));
  context.lineCap = "round";
  for (const [grown, colour] of [[2 * HALO, HALO_COLOUR], [0, pen.colour]]) {
    context.strokeStyle = style.getPropertyValue(colour);
    context.lineWidth = pen.line + grown;
    context.stroke(paths.box);
    context.lineWidth = 2 * dot + grown;
    context.stroke(paths.points5);
    context.lineWidth = 2 * dot * DOT_OF_68 + grown;
    context.stroke(paths.points68);
  }
}

function boxPath(box, { scale, left, top }) {
  const path = new Path2D();
  path.rect(left + box.left * scale, top + box.top * scale, box.width * scale, box.height * scale);
  return path;
}

/** Lines of no length, which round caps turn into dots. */
function dotsPath(points, { scale, left, top }) {
  const path = new Path2D();
  for (const [x, y] of points) {
    path.moveTo(left + x * scale, top + y * scale);
    path.lineTo(left + x * scale, top + y * scale);
  }
  return path;
}
