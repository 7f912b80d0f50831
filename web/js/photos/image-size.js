/** How large a photo is sent: as small as the service needs it. No DOM. */

const LONG_SIDE_PX = 1600; // the service looks at photos 600 px wide and at most 900 px high
const SMALL_ENOUGH_BYTES = 480_000; // two of them make one megabyte with everything around them

/**
 * The size in which a photo is sent, px.
 * @param {{width: number, height: number}} photo
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
 * @param {{width: number, height: number}} photo
 * @param {number} bytes
 */
export function goesAsItIs({ width, height }, bytes) {
  return Math.max(width, height) <= LONG_SIDE_PX && isSmallEnough(bytes);
}
