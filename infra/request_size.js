// CloudFront Function, viewer request of /api/*: a request that Lambda could not take is answered
// here, in the API's words. Otherwise API Gateway would say "Request Too Long" and nothing else.
const MAX_BYTES = __MAX_BYTES__;

function handler(event) {
  const length = event.request.headers["content-length"];
  if (!length || Number(length.value) <= MAX_BYTES) {
    return event.request;
  }
  const refusal = {
    code: "image_too_large",
    message:
      `the request has ${length.value} bytes and at most ${MAX_BYTES} are accepted here; ` +
      "send large photos through POST /api/uploads and name them in the request",
    image: null,
  };
  return {
    statusCode: 413,
    statusDescription: "Content Too Large",
    headers: {
      "content-type": { value: "application/json" },
      "cache-control": { value: "no-store" },
    },
    body: { encoding: "text", data: JSON.stringify(refusal) },
  };
}
