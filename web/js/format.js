/** Numbers and messages as people read them. */

import { language, texts } from "./texts.js";

const DIGITS = 2; // of a distance; two faces of one person differ by a few hundredths
const MOST_DIGITS = 6;

/** @param {number} value @param {number} digits */
export function number(value, digits = 0) {
  const fixed = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return value.toLocaleString(language, fixed);
}

/**
 * A distance and the places that it is held against, by name, with as many digits as it takes to tell it
 * apart from each of them.
 * @template {Record<string, number>} Places
 * @param {number} distance
 * @param {Places} places
 * @returns {Record<keyof Places | "distance", string>}
 */
export function toldApart(distance, places) {
  const others = Object.values(places);
  const alike = (/** @type {number} */ digits) =>
    others.some((other) => number(other, digits) === number(distance, digits));
  let digits = DIGITS;
  while (digits < MOST_DIGITS && alike(digits)) digits += 1;
  const told = Object.entries({ ...places, distance }).map(([name, value]) => [
    name,
    number(value, digits),
  ]);
  return Object.fromEntries(told);
}

/** @param {{distance: number, threshold: number}} decision */
export function distanceAndThreshold({ distance, threshold }) {
  return toldApart(distance, { threshold });
}

const LEAST_SHARE = 1e-5; // smaller ones are a handful of measured pairs
/** The false match rates are of millions of pairs, the false non-match rates of 1,100: smaller ones are none. */
export const LEAST_FALSE_NON_MATCHES = 1e-3;
const ONE_IN_BELOW = 0.01; // where people read "1 in 500" more easily than 0.2 %

/**
 * A share as people say it, with one digit that counts: 20%, 1 in 500, fewer than 1 in 100,000.
 * @param {number} value
 * @param {number} least  that can be told from none
 */
export function share(value, least = LEAST_SHARE) {
  if (value < least) return texts.fewerThan(oneIn(least));
  if (value < ONE_IN_BELOW) return oneIn(value);
  /** @type {Intl.NumberFormatOptions} */
  const style = { style: "percent", maximumSignificantDigits: value > 0.9 ? 2 : 1 };
  return new Intl.NumberFormat(language, style).format(value);
}

/** @param {number} value */
function oneIn(value) {
  const style = { maximumSignificantDigits: 1 };
  return texts.oneIn(new Intl.NumberFormat(language, style).format(1 / value));
}

/** @param {number} bytes */
export function fileSize(bytes) {
  return bytes < 1e6
    ? unit(Math.max(1, bytes / 1e3), "kilobyte", 0)
    : unit(bytes / 1e6, "megabyte", 1);
}

/** @param {number} ms */
export function duration(ms) {
  return ms < 1000 ? unit(ms, "millisecond", 0) : unit(ms / 1000, "second", 1);
}

/**
 * A moment in the visitor's own time zone.
 * @param {string} iso
 */
export function moment(iso) {
  /** @type {Intl.DateTimeFormatOptions} */
  const style = { dateStyle: "medium", timeStyle: "medium" };
  return new Intl.DateTimeFormat(language, style).format(new Date(iso));
}

/**
 * The service writes messages as one clause; here it becomes a sentence.
 * @param {string} message
 */
export function sentence(message) {
  const text = message.trim();
  const capital = text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}

/** @param {number} value @param {string} name @param {number} digits */
function unit(value, name, digits) {
  /** @type {Intl.NumberFormatOptions} */
  const style = { style: "unit", unit: name, maximumFractionDigits: digits };
  return unbroken(new Intl.NumberFormat(language, style).format(value));
}

/**
 * A number stays on one line with its unit.
 * @param {string} text
 */
function unbroken(text) {
  return text.replaceAll(" ", "\u00a0");
}
