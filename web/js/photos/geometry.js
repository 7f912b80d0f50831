/** Where a photo and its faces are on the screen. No DOM. */

/** @typedef {{left: number, top: number, width: number, height: number}} Box */
/** @typedef {{scale: number, left: number, top: number}} Placement  px on the screen */
/** @typedef {{width: number, height: number}} Size */

const SHAPE_TOLERANCE = 0.02; // more than the rounding of a small picture's sides
const DOT_SHARE = 0.02; // of the box's width at most, so that dots do not hide a small face
const MIN_DOT_PX = 1;

/**
 * Whether the browser shows the photo in the shape in which the service saw it. They may disagree
 * about which way is up, where a file states its orientation in an unusual way.
 * @param {Size} photo
 * @param {{naturalWidth: number, naturalHeight: number}} picture
 */
export function sameShape({ width, height }, { naturalWidth, naturalHeight }) {
  const shown = naturalWidth / naturalHeight;
  return Math.abs((shown * height) / width - 1) < SHAPE_TOLERANCE;
}

/**
 * Where object-fit: contain puts a photo of this shape.
 * @param {Size} photo
 * @param {Size} frame  px
 * @returns {Placement}
 */
export function placementOf({ width, height }, frame) {
  const scale = Math.min(frame.width / width, frame.height / height);
  const left = (frame.width - width * scale) / 2;
  const top = (frame.height - height * scale) / 2;
  return { scale, left, top };
}

/**
 * @param {Box} box  in pixels of the photo
 * @param {Placement} placement
 * @returns {Box}  px on the screen
 */
export function boxOnScreen({ left, top, width, height }, placement) {
  const { scale } = placement;
  const [x, y] = pointOnScreen([left, top], placement);
  return { left: x, top: y, width: width * scale, height: height * scale };
}

/**
 * @param {[number, number]} point  in pixels of the photo
 * @param {Placement} placement
 * @returns {[number, number]}  px on the screen
 */
export function pointOnScreen([x, y], { scale, left, top }) {
  return [left + x * scale, top + y * scale];
}

/**
 * The radius of a landmark's dot, px; smaller than usual on a small face.
 * @param {number} usual
 * @param {Box} box  of the face, in pixels of the photo
 * @param {Placement} placement
 */
export function dotRadius(usual, box, { scale }) {
  return Math.max(MIN_DOT_PX, Math.min(usual, DOT_SHARE * box.width * scale));
}

/**
 * In the order of drawing: the compared face over the others.
 * @template {{compared: boolean}} Face
 * @param {Face[]} faces
 */
export function comparedLast(faces) {
  return [...faces].sort((one, other) => Number(one.compared) - Number(other.compared));
}
