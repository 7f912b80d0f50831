/**
 * Every text of the page, in English. Numbers arrive formatted. A translation has the same keys, and
 * functions of the same parameters; texts.js knows the languages.
 *
 * @typedef {string | number | boolean} Part
 * @typedef {{words(...parts: Part[]): string}["words"]} Words
 * @typedef {string | Words | string[] | string[][] | {[key: string]: Text}} Text
 */

/** @satisfies {Record<string, Text>} */
export const texts = {
  brand: "facecompare",
  skip: "Skip to the content",
  navigation: "Views",
  navCompare: "Compare",
  navRank: "Rank",
  navFind: "Find",
  navHistory: "History",
  navAbout: "About",
  language: "Language",

  question: "Are these two photos the same person?",
  introduction: "Load two photos. Of all faces in them, the two that are most alike are compared.",

  photos: "Photos",
  photoName: {
    anchor: "Anchor",
    image1: "Image 1",
    image2: "Image 2",
    reference: "Reference",
    candidate1: "Candidate 1",
    candidate2: "Candidate 2",
  },
  load: (/** @type {string} */ name) => `Load ${name.toLowerCase()}`,
  replace: (/** @type {string} */ name) => `Replace ${name.toLowerCase()}`,
  removePhoto: (/** @type {string} */ name) => `Remove ${name.toLowerCase()}`,
  swap: "Swap the photos",
  takeWithCamera: (/** @type {string} */ name) => `Take ${name.toLowerCase()} with the camera`,
  noPhoto: "Choose, drop or paste a photo",
  unviewable: "This browser cannot show this file. It is sent as it is.",
  shownByService: "This browser cannot show this file; this is the service's picture of it.",
  pictureOf: (name, file) => `${name}: ${file}`,
  photoFacts: (width, height, size) => `${width}\u00a0×\u00a0${height}\u00a0px, ${size}`,
  sentAs: (facts, size) => `${facts}, sent as ${size}`,
  errorOf: (name, message) => `${name}: ${message}`,
  oneFaceFound: "1 face found",
  facesFound: (count) => `${count} faces found; the one most like the other photo's is compared`,
  facesFoundAndDrawn: (count) =>
    `${count} faces found; the one most like the other photo's, framed in yellow, is compared`,
  facesFoundAndChosen: (count) =>
    `${count} faces found; the one you chose, framed in yellow, is compared`,
  chooseAnother: "Click another face to compare that one.",
  compareFace: (place, count) => `Compare face ${place} of ${count}`,
  comparedFace: (place, count) => `Face ${place} of ${count}, which is compared`,
  notDrawn:
    "This browser shows the photo in another shape than the service, so nothing is drawn on it.",
  pasted: (/** @type {string} */ name) => `The photo was pasted as ${name.toLowerCase()}.`,
  takenIn: (count) => `${count} photos were taken in.`,
  tooManyDropped: (count) => `Only ${count} photos have a place here; the others were left out.`,

  examplesTitle: "No photos at hand? Try",
  examplesLabel: "Example photos",
  examplesSame: "two photos of one person",
  examplesDifferent: "photos of two people",
  examplesRank: "three example photos",
  examplesFind: "an example",
  credit: {
    "obama.jpg": "Barack Obama, official portrait as President. White House, public domain.",
    "obama2.jpg": "Barack Obama, official photograph as President. White House, public domain.",
    "biden.jpg": "Joe Biden, official portrait as Vice President. White House, public domain.",
  },

  also: (/** @type {string} */ name) => `Add more photos of the person in ${name.toLowerCase()}`,
  alsoAdded: (names) => `Also of this person: ${names}`,
  alsoRemove: "Remove them",
  alsoForgotten: "The further photos belonged to the photo before and were removed.",
  predict: "Predict",
  rank: "Rank",
  cancel: "Cancel",
  close: "Close",
  status: {
    waiting: "Load two photos, then press Predict.",
    waitingForThree: "Load an anchor and two candidates, then press Rank.",
    ready: "Ready to compare.",
    preparing: "Preparing…",
    sending: "Sending…",
    busy: "Comparing…",
    cancelled: "Cancelled.",
    failed: "No verdict.",
    done: (seconds) => `Compared in ${seconds}.`,
  },
  progressLabel: "Progress",

  failure: {
    loadFirst: "Load a photo here first.",
    unreachable: "The service cannot be reached. Check the connection and try again.",
    offline: "You are offline. Connect to the internet and try again.",
    unreadableFile:
      "This file can no longer be read; it may have been changed or moved. Load it again.",
    unreadableResponse:
      "The service gave a response that this page does not understand. Try again later.",
    tooLarge: "The photos are too large for the service. Load smaller ones.",
    uploadTooLarge: (size, limit) =>
      `This file has ${size}; at most ${limit} are accepted. Load a smaller one.`,
    uploadRefused: "The large photo could not be uploaded. Load a smaller one, or try again later.",
    notHere:
      "There is no comparison service at this address. Check the address, then reload the page.",
    busy: "The service has too much to do at the moment. Try again in a few seconds.",
    unavailable: "The service cannot answer at the moment. Try again later.",
    unexpected: (status) =>
      `The service refused without saying why (HTTP ${status}). Try again later.`,
    view: "This view cannot be loaded. Check the connection, then reload the page.",
    example: "The example photos cannot be loaded. Check the connection and try again.",
  },

  cameraTitle: "Take a photo",
  cameraPicture: "Live picture of the camera",
  cameraCapture: "Take photo",
  cameraSwitch: "Switch camera",
  cameraChoose: "Choose a file instead",
  cameraStarting: "Starting the camera. Your browser may ask whether this page may use it.",
  cameraFailure: {
    NotAllowedError:
      "This page may not use the camera. To allow it, use the camera sign in the browser's address bar " +
      "or its settings for this site, then try again. Or choose a file instead.",
    NotFoundError: "No camera was found. Choose a file instead.",
    NotReadableError:
      "Another program is using the camera. Close it and try again, or choose a file instead.",
    insecure: "Browsers allow the camera only on pages with https. Choose a file instead.",
    other: "The camera cannot be used. Choose a file instead.",
    unloaded:
      "The camera's dialogue cannot be loaded. Check the connection and try again, or choose a file.",
  },
  cameraFile: "camera.jpg",

  keyTitle: "Access key needed",
  keyReason:
    "This service needs an access key. Enter yours, or ask whoever runs the service for one.",
  keyRefused:
    "The service did not accept this access key; it may be mistyped or revoked. Enter it again.",
  keyLabel: "Access key",
  keyKept: "It is kept until you close this tab.",
  keyUse: "Use this key",
  keyForget: "Forget the access key",

  verdict: "Verdict",
  call: {
    same: "Same person",
    different: "Different people",
    uncertain: "Uncertain",
  },
  sameReason: (distance, threshold) =>
    `The distance between the two faces is ${distance}. Below ${threshold} they count as the same person.`,
  differentReason: (distance, threshold) =>
    `The distance between the two faces is ${distance}. From ${threshold} on they count as different people.`,
  nearThreshold: (distance, from, to) =>
    `The distance between the two faces is ${distance}. From ${from} to ${to} it is uncertain: photos of one ` +
    "person and of two people occur. Try other photos: large, sharp, and seen from the front.",
  contradiction:
    "The two networks contradict each other: one is sure of one person, the other of two. Take other " +
    "photos: large, sharp, and seen from the front.",
  nearestPair: (count, one, other) =>
    `These are the most alike of ${count} pairs of faces: face ${one} of the first photo and face ` +
    `${other} of the second, counted from the largest. Score and rates allow for the others.`,
  otherFaces: (count) =>
    count === 1 ? "1 other face was not compared." : `${count} other faces were not compared.`,
  severalPhotos: (count) => `${count} photos of one person were compared with the other photo.`,
  strictly: (threshold, same) =>
    `By the strict threshold of ${threshold} alone they count as ` +
    `${same ? "the same person" : "different people"}.`,
  score: (score) => `Score ${score} of 100.`,
  falseMatches: (share) => `Of pairs of strangers, ${share} come this close.`,
  falseNonMatches: (share) => `Of pairs of one person, ${share} are this far apart.`,
  fewerThan: (share) => `fewer than ${share}`,
  oneIn: (count) => `1 in ${count}`,
  scaleSummary: (distance, threshold, end) =>
    `Scale from 0, the same photo, to ${end}. Distance ${distance}, threshold ${threshold}.`,
  scaleTypical: (same, different) =>
    `Nine in ten pairs of one person lie between ${same}, nine in ten pairs of two people between ${different}.`,
  range: (from, to) => `${from} and ${to}`,
  distanceLabel: (distance) => `distance ${distance}`,
  thresholdLabel: (threshold) => `threshold ${threshold}`,
  typicalSame: "most pairs of one person",
  typicalDifferent: "most pairs of two people",
  greyZone: "uncertain",
  print: "Print",
  copyCard: "Copy as a picture",
  saveCard: "Save as a picture",
  cardFile: "facecompare.png",
  copied: "Copied.",
  copyFailed: "This browser does not copy it. Save it instead.",
  cardMade: (moment, engine) => `facecompare, ${moment}, engine ${engine}`,
  cardId: (id) => `Comparison ${id}`,
  cardHash: (name, hash) => `${name}: SHA-256 ${hash}`,
  faceOf: (name) => `The compared face of ${name}`,
  strip: (name) => `All faces of ${name}, the most alike first. Choose one to compare that.`,
  stripFace: (place, count, score) => `Face ${place} of ${count}, ${score}`,
  stripScore: (score) => `score ${score}`,
  worstWarning: (name, warning) => `${name}: ${warning}`,
  reopened: (moment) => `This is the comparison of ${moment}; its photos were not kept.`,

  decideTitle: "Try another threshold",
  decideThreshold: "Threshold",
  decideRate: "False match rate",
  decideOwn: "as decided",
  decideAnswer: (threshold, call) => `At ${threshold}: ${call}.`,
  decideRates: (accepted, missed) =>
    `There, ${accepted} of pairs of strangers would be accepted and ${missed} of pairs of one person refused.`,
  decideUnknown: "This engine's error rates were not measured.",
  codeTitle: "The same by curl or Python",
  codeCopy: "Copy",

  drawing: "Drawn on the photos",
  drawBoxes: "Boxes",
  drawPoints5: "5 points",
  drawPoints68: "68 points",
  drawLarge: "Large photos",

  facesTitle: "The faces that were compared",
  facesIntroduction: "Each face is turned upright and cut out. Nothing else in the photos counts.",
  cropOf: (name) => `The face cut out of ${name}`,
  qualityFine: "Large, sharp and bright enough, and seen from the front.",
  quality: {
    face_width: {
      low: (value, limit) =>
        `The face is only ${value} px wide; ${limit} px or more are reliable. Come nearer.`,
    },
    sharpness: { low: () => "The face is blurred. Hold the camera still." },
    brightness: {
      low: () => "The face is very dark. Turn it to the light.",
      high: () => "The face is very bright. Avoid glaring light and the flash.",
    },
    contrast: { low: () => "The face has little contrast. Use clearer light." },
    noise: { high: () => "The photo is noisy. Take it in more light." },
    visibility: { low: () => "Part of the face is covered or turned away. Uncover it." },
    eyes_seen: { low: () => "The eyes are covered. Take off sunglasses." },
    mouth_seen: { low: () => "Mouth or nose are covered. Take off the mask." },
    glare: { high: () => "There are reflections on the eyes. Take off the glasses." },
    yaw: {
      low: (value) =>
        `The face is turned ${value}° to the left of the picture. Look into the camera.`,
      high: (value) =>
        `The face is turned ${value}° to the right of the picture. Look into the camera.`,
    },
    pitch: {
      low: (value) => `The face looks up by ${value}°. Hold the camera at eye level.`,
      high: (value) => `The face looks down by ${value}°. Hold the camera at eye level.`,
    },
  },
  qualityOther: (name, value, unit) => `Unusual ${name}: ${value} ${unit}.`,

  detailsTitle: "Technical details",
  why: "Show what the distance depends on",
  whyBusy: "This takes some seconds…",
  whyMeaning:
    "A patch covered one part of a face after the other. Red: the two faces move apart when this part is " +
    "covered; blue: they come together. It shows what the network's distance depends on, neither why nor " +
    "what a person would go by, and it is no proof.",
  whyOneOfSeveral: "These two photos alone are explained; the further photos are not in it.",
  mapOf: (name) => `${name}: what the distance depends on`,
  rawTitle: "Response as JSON",
  chipLeftOut: (length) => `… ${length} characters of PNG in base64, shown above`,
  fact: {
    comparison: "Comparison",
    time: "Time",
    engine: "Engine",
    distance: "Distance",
    threshold: "Threshold",
    secondDistance: "SFace's distance",
    combinedDistance: "Combined distance",
    combinedThreshold: "Combined threshold",
    decidedBy: "Decided by",
    detectors: "Faces found by",
    duration: "Duration",
    stages: "Stages, all photos",
  },
  factOfDlib: { distance: "dlib's distance", threshold: "dlib's threshold" },
  decidedBy: {
    both: "both networks, by the weighted mean of their distances",
    first: "dlib alone, because a threshold was set",
    only: "the engine's one network",
  },
  notRecorded: "not recorded",
  detectorOf: (name, detector, score) => `${name}: ${detector} (score ${score})`,
  stage: { decode: "decode", detect: "detect", align: "align", embed: "embed", match: "match" },
  stageTime: (stage, time) => `${stage} ${time}`,

  rankQuestion: "Which of two is closer?",
  rankIntroduction:
    "Load one photo as the anchor and two candidates. They are ranked by their distance to it.",
  ranking: "Ranking",
  closest: (name) => `${name} is closer`,
  rankFact: (verdict, distance, threshold) =>
    `${verdict}: distance ${distance}, threshold ${threshold}.`,

  findQuestion: "Which of these photos show one person?",
  findIntroduction:
    "Load one photo as the reference and as many others as you like, or a CSV file that names pairs.",
  findLoad: "Load photos",
  findFolder: "Load a folder",
  findDrop: "Choose, drop or paste photos, a folder, or a CSV of pairs",
  findRun: "Compare all",
  findResults: "Results",
  findStatus: {
    waiting: "Load a reference and at least one photo.",
    ready: (count) => `${count} to compare.`,
    busy: (done, count) => `${done} of ${count} compared…`,
    done: (count) => `${count} compared.`,
    failed: (count) =>
      count === "1" ? "1 could not be compared." : `${count} could not be compared.`,
    cancelled: (done, count) => `Cancelled after ${done} of ${count}.`,
  },
  findTooMany: (limit) => `Only ${limit} photos at once; the others were left out.`,
  findPairs: (count) =>
    `The CSV file names ${count} pairs. Load their photos, or the folder they are in.`,
  findBadCsv:
    "This CSV file names no pairs; expected a first line image1,image2 and a pair in each other.",
  findMissing: (name) => `${name} is not among the loaded files.`,
  findCsv: "Download as CSV",
  findFile: "facecompare.csv",
  findClear: "Remove all",
  columnPhoto: "Photo",
  columnVerdict: "Verdict",
  columnDistance: "Distance",
  remove: (name) => `Remove ${name}`,
  lookCloser: (name) => `Look closer at ${name}`,
  lookCloserShort: "Look closer",
  rowWaiting: "Waiting",
  rowBusy: "Comparing…",

  historyTitle: "History",
  ownTitle: "In this tab",
  ownIntroduction:
    "What you compared since you opened this tab, with small pictures of the faces. They are kept in this " +
    "tab only, and closing it forgets them.",
  ownEmpty: "Nothing was compared yet. What you compare in this tab is listed here.",
  ownClear: "Forget these",
  columnFaces: "Faces",
  reopen: "Open",
  reopenOf: (one, other) => `Open the comparison of ${one} and ${other}`,
  logTitle: "The service's log",
  logIntroduction: "The record of each comparison: no photo, and nothing biometric.",
  logNeedsKey: "Reading the log needs an access key.",
  logEmpty: "No records found. Compare two photos, or choose another start or caller.",
  filterSince: "From",
  since: {
    "": "the beginning",
    "24h": "the last 24 hours",
    "7d": "the last 7 days",
    "30d": "the last 30 days",
  },
  filterCaller: "Caller",
  filterApply: "Show",
  logCsv: "Download as CSV",
  logFile: "comparisons.csv",
  logPage: (number, count) => `Page ${number}: ${count}`,
  logCount: (count) => (count === 1 ? "1 record" : `${count} records`),
  newer: "Newer",
  older: "Older",
  columnTime: "Time",
  columnPhotos: "Photos",
  columnCaller: "Caller",
  columnFiles: "SHA-256 of the files",
  columnActions: "Actions",
  pair: (one, other) => `${one} and ${other}`,
  deleteRecord: "Delete",
  deleteRecordOf: (moment) => `Delete the record of ${moment}`,
  deleteTitle: "Delete this record?",
  deleteReason: (moment, verdict) => `${moment}, ${verdict}. It cannot be brought back.`,
  deleted: "The record was deleted.",
  loading: "Loading…",

  aboutTitle: "About this service",
  storedTitle: "What is stored?",
  stored:
    "The service's log holds no photos and none of the numbers computed from the faces. It has a record of each " +
    "comparison: the verdict, the distances, the time, who asked, and a hash of each file, from which the photo " +
    "cannot be recovered.",
  storedDays: (days) => `A record is kept for ${days} days, or until it is deleted.`,
  storedUploads:
    "Photos too large for a request are uploaded first and removed by themselves within a day or two.",
  storedHere:
    "Your browser makes large photos smaller before it sends them. What else is in the file, such as where " +
    "the photo was taken, then stays with you. Your browser keeps small pictures of the compared faces until you close the tab.",
  networksTitle: "How is it decided?",
  networks:
    "By default two networks, dlib's and SFace's, look at both faces, and the weighted mean of their two " +
    "distances decides. Where a threshold is set, dlib decides alone. Where the two contradict each other " +
    "strongly, this page says “Uncertain”.",
  training:
    "dlib's network was trained on about 3 million faces; its author avoided people of LFW, by whose photos the " +
    "figures below were measured. Nobody says what SFace was trained on, so it may have seen them.",
  accuracyTitle: "How accurate is it?",
  accuracy:
    "On 1,000 pairs of press photos that were not used to choose the settings (LFW View 1, DevTest), the " +
    "engines are right this often:",
  accuracyEngine: "Engine",
  accuracyThreshold: "Threshold",
  accuracyRight: "Right",
  accuracyRows: [
    ["dlib-sface (default)", "0.598", "99.3\u00a0%"],
    ["dlib-fast", "0.6", "99.0\u00a0%"],
    ["dlib-fast", "0.5", "94.2\u00a0%"],
    ["dlib-accurate", "0.6", "98.6\u00a0%"],
    ["dlib-accurate", "0.5", "96.5\u00a0%"],
  ],
  accuracyMeaning:
    "The thresholds are strict: they accept almost no strangers and refuse some pairs of one person, the " +
    "default's 1.2\u00a0% of them. So distances at which both kinds occur are called uncertain.",
  limitsTitle: "What it must not be used for",
  limits: [
    "A verdict is a measurement, not proof of who somebody is. Do not let it decide alone about anybody's rights.",
    "The networks are weaker on children and differ between groups of people.",
    "A single photo does not show that a living person stood before the camera.",
    "Compare photos only of people who agree to it, or where the law lets you.",
  ],
  developersTitle: "For developers",
  apiLink: "Every operation of the API",
  apiFile: "OpenAPI document",
  version: (version) => `Version ${version}.`,

  apiTitle: "The API",
  apiIntroduction:
    "What this page uses, anybody may use: each operation with its parameters, responses and errors.",
  apiBack: "Back to the comparison",
  apiContents: "Operations",
  apiNeedsKey: "Needs an access key where the service asks for one: Authorization: Bearer KEY.",
  apiParameters: "Parameters",
  apiRequestBody: "Request body",
  apiResponses: "Responses",
  apiExample: "Example of a response",
  apiRequestExample: "Example of a request body",
  apiSchemas: "Schemas",
  apiName: "Name",
  apiType: "Type",
  apiMeaning: "Meaning",
  apiRequired: "required",
  apiAnyType: "any",
  apiOr: " or ",
  apiArrayOf: (items) => `array of ${items}`,
  apiTuple: (length, items) => `${length} × ${items}`,
  apiMaxLength: "at most this many characters: ",
  apiPattern: "matches ",
  apiDefault: (value) => `default: ${value}`,

  notProof: "A verdict is a measurement, not proof of who somebody is.",
  nothingKept: "No photo is kept.",
};
