/**
 * Photos made as small as the service needs them, before they are sent.
 *
 * The service looks at photos 600 px wide and at most 900 px high, so 1,600 px lose nothing that it
 * would see. The canvas also turns them upright and leaves EXIF behind, with the place in it.
 */

const LONG_SIDE_PX = 1600;
const SMALL_ENOUGH_BYTES = 480_000; // two of them make one megabyte with everything around them
const QUALITIES = [0.92, 0.85, 0.75, 0.6]; // the first that is small enough; 0.92 hides its traces

/** One at a time: a decoded 12-megapixel photo takes 48 MB. */
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

async function smaller(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    const { width, height } = picture;
    const scale = Math.min(1, LONG_SIDE_PX / Math.max(width, height));
    if (scale === 1 && file.size <= SMALL_ENOUGH_BYTES) return file;
    const blob = await encode(draw(picture, Math.round(width * scale), Math.round(height * scale)));
    return blob.size < file.size ? blob : file;
  } finally {
    picture.close();
  }
}

function draw(picture, width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, width);
  canvas.height = Math.max(1, height);
  const context = canvas.getContext("2d", { alpha: false });
  context.fillStyle = "white"; // behind transparency, as the service has it
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** @param {HTMLCanvasElement} canvas @returns {Promise<Blob>} */
async function encode(canvas) {
  let blob;
  for (const quality of QUALITIES) {
    blob = await jpeg(canvas, quality);
    if (blob.size <= SMALL_ENOUGH_BYTES) break;
  }
  return blob;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} quality
 * @returns {Promise<Blob>}
 */
export function jpeg(canvas, quality) {
  return new Promise((resolve, reject) => {
    const done = (blob) => (blob ? resolve(blob) : reject(new Error("the canvas gave no JPEG")));
    canvas.toBlob(done, "image/jpeg", quality);
  });
}
