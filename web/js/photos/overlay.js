/** Boxes and landmarks, drawn on a canvas that lies exactly over its photo. */

import {
  boxOnScreen,
  comparedLast,
  dotRadius,
  placementOf,
  pointOnScreen,
  sameShape,
} from "./geometry.js";
import { contextOf } from "./photo.js";

/** @typedef {import("../service/types.js").PhotoResult} PhotoResult */
/** @typedef {import("../service/types.js").Face} Face */
/** @typedef {import("./geometry.js").Placement} Placement */
/** @typedef {{colour: string, line: number, dot: number}} Pen  sizes in px on the screen */
/** @typedef {{boxes: boolean, points5: boolean, points68: boolean}} Layers  what is drawn */
/** @typedef {{box: Path2D, points5: Path2D, points68: Path2D}} Paths */

const COMPARED = { colour: "--overlay-compared", line: 2.5, dot: 2.5 };
const OTHER = { colour: "--overlay-other", line: 1.25, dot: 1.5 };
const HALO_COLOUR = "--overlay-halo";
const HALO = 1; // px on each side of lines and dots, so that they show on any photo
const DOT_OF_68 = 0.6; // as large as one of the five, so that 68 of them leave the face visible

/** Keeps a canvas drawn at any size and pixel density. */
export class Overlay {
  #canvas;
  #picture;
  /** @type {PhotoResult | null} */
  #result = null;
  /** @type {Layers} */
  #layers = { boxes: true, points5: true, points68: false };

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {HTMLImageElement} picture  in the same place, with object-fit: contain
   */
  constructor(canvas, picture) {
    this.#canvas = canvas;
    this.#picture = picture;
    const redraw = () => this.#draw();
    new ResizeObserver(redraw).observe(canvas);
    picture.addEventListener("load", redraw);
    onPixelDensityChange(redraw);
  }

  /** @param {PhotoResult | null} result @param {Layers} [layers] */
  show(result, layers = this.#layers) {
    this.#result = result;
    this.#layers = layers;
    this.#draw();
  }

  #draw() {
    wipe(this.#canvas);
    if (this.#result && sameShape(this.#result, this.#picture)) {
      drawFaces(this.#canvas, this.#result, this.#layers);
    }
  }
}

/** @param {() => void} callback */
function onPixelDensityChange(callback) {
  const query = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
  const changed = () => {
    callback();
    onPixelDensityChange(callback);
  };
  query.addEventListener("change", changed, { once: true });
}

/**
 * Setting a side of a canvas also wipes it.
 * @param {HTMLCanvasElement} canvas
 */
function wipe(canvas) {
  canvas.width = Math.round(canvas.clientWidth * window.devicePixelRatio);
  canvas.height = Math.round(canvas.clientHeight * window.devicePixelRatio);
}

/** @param {HTMLCanvasElement} canvas @param {PhotoResult} result @param {Layers} layers */
function drawFaces(canvas, result, layers) {
  const context = contextOf(canvas);
  context.scale(window.devicePixelRatio, window.devicePixelRatio);
  context.lineCap = "round";
  const frame = { width: canvas.clientWidth, height: canvas.clientHeight };
  const placement = placementOf(result, frame);
  const style = getComputedStyle(canvas);
  for (const face of comparedLast(result.faces)) {
    const pen = face.compared ? COMPARED : OTHER;
    const dot = dotRadius(pen.dot, face.box, placement);
    drawFace(context, pathsOf(face, placement, layers), { ...pen, dot }, style);
  }
}

/** @param {Face} face @param {Placement} placement @param {Layers} layers @returns {Paths} */
function pathsOf(face, placement, layers) {
  return {
    box: layers.boxes ? boxPath(face, placement) : new Path2D(),
    points5: dotsPath(layers.points5 ? face.landmarks5 : [], placement),
    points68: dotsPath((layers.points68 && face.landmarks68) || [], placement),
  };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Paths} paths
 * @param {Pen} pen
 * @param {CSSStyleDeclaration} style  which names the colours
 */
function drawFace(context, paths, { colour, line, dot }, style) {
  /** @param {string} name @param {number} grown  px, for both sides */
  const stroke = (name, grown) => {
    context.strokeStyle = style.getPropertyValue(name);
    context.lineWidth = line + grown;
    context.stroke(paths.box);
    context.lineWidth = 2 * dot + grown;
    context.stroke(paths.points5);
    context.lineWidth = 2 * dot * DOT_OF_68 + grown;
    context.stroke(paths.points68);
  };
  stroke(HALO_COLOUR, 2 * HALO);
  stroke(colour, 0);
}

/** @param {Face} face @param {Placement} placement */
function boxPath(face, placement) {
  const { left, top, width, height } = boxOnScreen(face.box, placement);
  const path = new Path2D();
  path.rect(left, top, width, height);
  return path;
}

/**
 * Lines of no length, which round caps turn into dots.
 * @param {[number, number][]} points
 * @param {Placement} placement
 */
function dotsPath(points, placement) {
  const path = new Path2D();
  for (const point of points) {
    const [x, y] = pointOnScreen(point, placement);
    path.moveTo(x, y);
    path.lineTo(x, y);
  }
  return path;
}
