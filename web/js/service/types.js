/**
 * The JSON of the API, as /api/openapi.json describes it; only types.
 *
 * @typedef {object} Box  in pixels of the photo as a viewer shows it
 * @property {number} left
 * @property {number} top
 * @property {number} width
 * @property {number} height
 *
 * @typedef {object} Measure  one quality figure and the limits outside of which it warns
 * @property {string} name
 * @property {number} value
 * @property {string} unit
 * @property {number | null} minimum
 * @property {number | null} maximum
 * @property {boolean} warns
 *
 * @typedef {object} Face
 * @property {Box} box
 * @property {[number, number][]} landmarks5
 * @property {[number, number][] | null} landmarks68
 * @property {string} detector
 * @property {number} detection_score
 * @property {Measure[]} quality
 * @property {boolean} compared  true for the one face that the verdict is about
 * @property {string | null} chip  the aligned face as a PNG in base64
 *
 * @typedef {object} PhotoResult
 * @property {number} width
 * @property {number} height
 * @property {string} sha256
 * @property {number} quarter_turns
 * @property {Face[]} faces  largest first
 * @property {number} [not_compared]  faces that were held against none; older services do not tell
 *
 * @typedef {{face1: number, face2: number, distance?: number, combined_distance?: number | null, score?: number | null}} FacePair
 *   their places in `faces`
 *
 * @typedef {Record<"decode" | "detect" | "align" | "embed" | "match" | "total", number>} Timing
 *
 * @typedef {object} Comparison
 * @property {string | null} comparison_id
 * @property {string} created_at  UTC, ISO 8601
 * @property {import("../verdict/call.js").Call} [verdict]  older services have none
 * @property {Doubt | null} [uncertain_because]  likewise
 * @property {boolean} same_person  the plain threshold's answer
 * @property {number} distance  the first network's
 * @property {number} threshold  of `distance`
 * @property {string} engine
 * @property {number} [uncertain_from]  of the distance that decides: uncertain from here on
 * @property {number} [uncertain_to]  and different from here on
 * @property {number | null} score  0 to 100; null, as the next two, where the engine is not calibrated
 * @property {number | null} [fmr_at_threshold]  false match rate: the share of pairs of strangers that
 *   the threshold accepts
 * @property {number | null} [fmr_at_distance]  the share of pairs of strangers that come this close
 * @property {number | null} [fnmr_at_distance]  the share of pairs of one person this far apart
 * @property {number | null} [far_at_threshold]  the former name, of an older service
 * @property {number | null} [far_at_distance]  the former name
 * @property {string} decided_by  the engine whose distance decided
 * @property {number | null} second_distance  null, as the next two, where one network decided
 * @property {number | null} combined_distance
 * @property {number | null} combined_threshold
 * @property {boolean} uncertain  of an older service: two networks contradict each other strongly
 * @property {FacePair[]} [pairs]  that were held against each other, nearest first
 * @property {number} [reference_photos]
 * @property {PhotoResult[]} [further]  of the person in image1
 * @property {PhotoResult} image1
 * @property {PhotoResult} image2
 * @property {Timing} timing_ms
 *
 * @typedef {Pick<Comparison, "verdict" | "same_person" | "distance" | "threshold" | "engine" | "decided_by" |
 *   "combined_distance" | "combined_threshold" | "uncertain" | "uncertain_because">} Verdict  what
 *   responses and records have in common; older ones lack what is of two networks
 *
 * @typedef {"near_threshold" | "networks_contradict"} Doubt  why a verdict is uncertain
 *
 * @typedef {Pick<Comparison, "fmr_at_distance" | "far_at_distance" | "fnmr_at_distance">} Rates
 *
 * @typedef {object} Candidate
 * @property {string | null} comparison_id
 * @property {import("../verdict/call.js").Call} [verdict]
 * @property {boolean} same_person
 * @property {number} distance
 * @property {number} [uncertain_from]  older services told the closer one's alone
 * @property {number} [uncertain_to]
 * @property {number | null} score
 * @property {number | null} second_distance
 * @property {number | null} combined_distance
 * @property {boolean} uncertain
 * @property {Doubt | null} [uncertain_because]
 * @property {number | null} [fmr_at_distance]
 * @property {number | null} [fnmr_at_distance]
 * @property {FacePair[]} [pairs]
 * @property {PhotoResult} photo
 *
 * @typedef {object} Prediction
 * @property {string} created_at
 * @property {"image1" | "image2"} closer
 * @property {boolean} same_person
 * @property {number} threshold
 * @property {string} engine
 * @property {string} decided_by
 * @property {number | null} combined_threshold
 * @property {number} [reference_photos]
 * @property {PhotoResult} anchor
 * @property {Candidate} image1
 * @property {Candidate} image2
 * @property {Timing} timing_ms
 *
 * @typedef {{threshold: number, fmr: number, fnmr: number}} ErrorRates  at a threshold of an engine
 *
 * @typedef {object} Service
 * @property {string} version
 * @property {"open" | "public" | "keys"} access
 * @property {boolean} uploads
 * @property {number} max_request_bytes
 * @property {number} max_photo_bytes
 * @property {number} records_days
 *
 * @typedef {object} ComparisonRecord
 * @property {string} comparison_id
 * @property {string} created_at
 * @property {import("../verdict/call.js").Call} [verdict]
 * @property {boolean} same_person
 * @property {number} distance
 * @property {number} threshold
 * @property {string} engine
 * @property {string} image1_sha256
 * @property {string} image2_sha256
 * @property {string} caller
 * @property {string} decided_by  empty, with nulls below, in records of older versions
 * @property {number | null} second_distance
 * @property {number | null} combined_distance
 * @property {number | null} combined_threshold
 * @property {boolean} uncertain
 * @property {Doubt | null} [uncertain_because]
 *
 * @typedef {{comparisons: ComparisonRecord[], next_cursor: string | null}} RecordPage
 */

export {};
