/** Verdicts as the service gives them. */

/** One network's; `distance` decides. */
export function ofOneNetwork(distance, threshold = 0.5, fields = {}) {
  return {
    ...called(distance, threshold, Math.max(threshold, 0.64)),
    same_person: distance < threshold,
    distance,
    threshold,
    engine: "dlib-fast",
    decided_by: "dlib-fast",
    second_distance: null,
    combined_distance: null,
    combined_threshold: null,
    uncertain: false,
    ...fields,
  };
}

/** Two networks'; the first one's distance is on the other side of its threshold. */
export function ofTwoNetworks(combined, fields = {}) {
  const same = combined < 0.598;
  return {
    ...called(combined, 0.573, 0.68),
    same_person: same,
    distance: same ? 0.91 : 0.11,
    threshold: 0.5,
    engine: "dlib-sface",
    decided_by: "dlib-sface",
    second_distance: same ? 0.12 : 0.92,
    combined_distance: combined,
    combined_threshold: 0.598,
    uncertain: false,
    ...fields,
  };
}

/** The verdict on this distance, and the grey zone. */
function called(distance, from, to) {
  const verdict = distance < from ? "same" : distance < to ? "uncertain" : "different";
  const uncertain_because = verdict === "uncertain" ? "near_threshold" : null;
  return { verdict, uncertain_because, uncertain_from: from, uncertain_to: to };
}
