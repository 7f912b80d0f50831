/**
 * Every text of the page. To translate the page, translate this module.
 *
 * Numbers arrive formatted; format.js writes them the way `language` does.
 */

export const language = "en";

export const texts = {
  brand: "facecompare",
  question: "Are these two photos the same person?",
  introduction: "Load two photos. The largest face in each is compared with the other.",

  photos: "Photos",
  photoName: { image1: "Image 1", image2: "Image 2" },
  load: { image1: "Load image 1", image2: "Load image 2" },
  noPhoto: "Choose, drop or paste a photo",
  unviewable: "This browser cannot show this file. It is sent as it is.",
  pictureOf: (name, file) => `${name}: ${file}`,
  photoFacts: (width, height, size) => `${width}\u00a0×\u00a0${height}\u00a0px, ${size}`,
  errorOf: (name, message) => `${name}: ${message}`,
  oneFaceFound: "1 face found",
  facesFound: (count) => `${count} faces found; the largest is compared`,
  facesFoundAndDrawn: (count) => `${count} faces found; the largest, framed in yellow, is compared`,
  notDrawn: "This browser shows the photo in another shape than the service, so nothing is drawn on it.",

  predict: "Predict",
  cancel: "Cancel",
  status: {
    waiting: "Load two photos, then press Predict.",
    ready: "Ready to compare.",
    busy: "Comparing…",
    cancelled: "Cancelled.",
    failed: "No verdict.",
    done: (seconds) => `Compared in ${seconds}.`,
  },

  failure: {
    loadFirst: "Load a photo here first.",
    unreachable: "The service cannot be reached. Check the connection, then press Predict again.",
    offline: "You are offline. Connect to the internet, then press Predict again.",
    unreadableFile: "This file can no longer be read; it may have been changed or moved. Load it again.",
    unreadableAnswer: "The service gave an answer that this page does not understand. Try again later.",
    tooLarge: "The photos are too large for the service. Load smaller ones.",
    notHere: "There is no comparison service at this address.",
    unavailable: "The service cannot answer at the moment. Try again later.",
    unexpected: (status) => `The service refused without saying why (HTTP ${status}).`,
  },

  verdict: "Verdict",
  samePerson: "Same person",
  differentPeople: "Different people",
  sameReason: (distance, threshold) =>
    `The distance between the two faces is ${distance}. Below ${threshold} they count as the same person.`,
  differentReason: (distance, threshold) =>
    `The distance between the two faces is ${distance}. From ${threshold} on they count as different people.`,
  scaleSummary: (distance, threshold, end) =>
    `Scale from 0, the same photo, to ${end}. Distance ${distance}, threshold ${threshold}.`,
  distanceLabel: (distance) => `distance ${distance}`,
  thresholdLabel: (threshold) => `threshold ${threshold}`,

  facesTitle: "The faces that were compared",
  facesIntroduction: "Each face is turned upright and cut out. Nothing else in the photos counts.",
  cropOf: (name) => `The face cut out of ${name}`,
  qualityFine: "Large, sharp and bright enough, and seen from the front.",
  quality: {
    face_width: {
      low: (value, limit) => `The face is only ${value} px wide; ${limit} px or more are reliable.`,
    },
    sharpness: { low: () => "The face is blurred." },
    brightness: { low: () => "The face is very dark.", high: () => "The face is very bright." },
    contrast: { low: () => "The face has little contrast." },
    yaw: {
      low: (value) => `The face is turned ${value}° to the left of the picture.`,
      high: (value) => `The face is turned ${value}° to the right of the picture.`,
    },
    pitch: {
      low: (value) => `The face looks up by ${value}°.`,
      high: (value) => `The face looks down by ${value}°.`,
    },
  },
  qualityOther: (name, value, unit) => `Unusual ${name}: ${value} ${unit}.`,

  detailsTitle: "Technical details",
  rawTitle: "Answer as JSON",
  chipLeftOut: (length) => `… ${length} characters of PNG in base64, shown above`,
  fact: {
    comparison: "Comparison",
    time: "Time",
    engine: "Engine",
    distance: "Distance",
    threshold: "Threshold",
    detectors: "Faces found by",
    duration: "Duration",
    stages: "Stages, both photos",
  },
  notRecorded: "not recorded",
  detectorOf: (name, detector, score) => `${name}: ${detector} (score ${score})`,
  stage: { decode: "decode", detect: "detect", align: "align", embed: "embed", match: "match" },
  stageTime: (stage, time) => `${stage} ${time}`,

  storedTitle: "What is stored?",
  stored:
    "No photos, and none of the numbers computed from the faces. The service keeps a record of each " +
    "comparison: the verdict, the distance, the time, and a hash of each file, from which the photo " +
    "cannot be recovered.",
  notProof: "A verdict is a measurement, not proof of who somebody is.",
  history: "History as CSV",
  apiDescription: "API description (OpenAPI)",
};
