/**
 * A photo that a visitor has loaded: what is shown of it, and what is sent, which is made as small as
 * the service needs it.
 *
 * The canvas also turns it upright and leaves EXIF behind, with the place in it.
 */

/** @typedef {{width: number, height: number}} Size */

const LONG_SIDE_PX = 1600; // the service looks at photos 600 px wide and at most 900 px high
const SMALL_ENOUGH_BYTES = 480_000; // two of them make one megabyte with everything around them
const QUALITIES = [0.92, 0.85, 0.75, 0.6]; // the first that is small enough; 0.92 hides its traces

/** @type {Promise<unknown>}  one at a time: a decoded 12-megapixel photo takes 48 MB */
let queue = Promise.resolve();

/**
 * The photo to send: a smaller JPEG, or the file as it is where that is small enough already or
 * cannot be decoded here.
 * @param {File} file
 * @returns {Promise<Blob>}
 */
export function shrink(file) {
  const turn = queue.then(() => smaller(file));
  queue = turn.catch(() => undefined);
  return turn.catch(() => file);
}

/** @param {File} file @returns {Promise<Blob>} */
async function smaller(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    if (goesAsItIs(picture, file.size)) return file;
    const blob = await encode(draw(picture, sentSize(picture)));
    return blob.size < file.size ? blob : file;
  } finally {
    picture.close();
  }
}

/** @param {ImageBitmap} picture @param {Size} size */
function draw(picture, { width, height }) {
  const canvas = emptyCanvas({ width, height });
  const context = contextOf(canvas, { alpha: false });
  context.fillStyle = "white"; // behind transparency, as the service has it
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, width, height);
  return canvas;
}

/** @param {HTMLCanvasElement} canvas @returns {Promise<Blob>} */
async function encode(canvas) {
  for (const quality of QUALITIES.slice(0, -1)) {
    const blob = await jpeg(canvas, quality);
    if (isSmallEnough(blob.size)) return blob;
  }
  return jpeg(canvas, QUALITIES.at(-1));
}

/** @param {Size} size */
export function emptyCanvas({ width, height }) {
  return Object.assign(document.createElement("canvas"), { width, height });
}

/** @param {HTMLCanvasElement} canvas @param {CanvasRenderingContext2DSettings} [settings] */
export function contextOf(canvas, settings) {
  const context = canvas.getContext("2d", settings);
  if (!context) throw new Error("this browser has no canvas to draw on");
  return context;
}

/** @param {HTMLCanvasElement} canvas @param {number} [quality] */
export function jpeg(canvas, quality) {
  return encoded(canvas, "image/jpeg", quality);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {"image/jpeg" | "image/png"} type
 * @param {number} [quality]
 * @returns {Promise<Blob>}
 */
export function encoded(canvas, type, quality) {
  return new Promise((resolve, reject) => {
    /** @param {Blob | null} blob */
    const done = (blob) => (blob ? resolve(blob) : reject(new Error(`the canvas gave no ${type}`)));
    canvas.toBlob(done, type, quality);
  });
}

/**
 * The size in which a photo is sent, px.
 * @param {Size} photo
 */
export function sentSize({ width, height }) {
  const scale = Math.min(1, LONG_SIDE_PX / Math.max(width, height));
  /** @param {number} side */
  const scaled = (side) => Math.max(1, Math.round(side * scale));
  return { width: scaled(width), height: scaled(height) };
}

/** @param {number} bytes */
export function isSmallEnough(bytes) {
  return bytes <= SMALL_ENOUGH_BYTES;
}

/**
 * Whether the file may be sent as it is.
 * @param {Size} photo
 * @param {number} bytes
 */
export function goesAsItIs({ width, height }, bytes) {
  return Math.max(width, height) <= LONG_SIDE_PX && isSmallEnough(bytes);
}

/**
 * @typedef {object} Photo
 * @property {File} file  as the visitor has it
 * @property {string} url  shows the file's bytes
 * @property {string} credit  where an example photo comes from
 * @property {Promise<Blob>} ready  what is sent
 */

/**
 * @param {File} file
 * @param {string} credit
 * @returns {Photo}
 */
export function photoOf(file, credit = "") {
  return { file, credit, url: URL.createObjectURL(file), ready: shrink(file) };
}

/**
 * One of many: nothing of it is kept ready.
 * @param {File} file
 * @param {string} credit
 * @returns {Photo}
 */
export function oneOfMany(file, credit = "") {
  return {
    file,
    credit,
    url: "",
    get ready() {
      return shrink(file);
    },
  };
}

/** @param {Photo | null} photo */
export function discard(photo) {
  if (photo) URL.revokeObjectURL(photo.url);
}

/**
 * What is sent of each photo that there is.
 * @param {Record<string, Photo | null>} photos
 * @returns {Promise<Record<string, Blob>>}
 */
export async function allReady(photos) {
  const ready = Object.entries(photos).map(async ([name, photo]) => [name, await photo?.ready]);
  return Object.fromEntries(await Promise.all(ready));
}
