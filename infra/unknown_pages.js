// CloudFront Function, viewer request of everything but /api/*: where no page is, a visitor is told
// so. Otherwise S3 would answer in XML that access is denied.
const PAGES = ["/", "/index.html"];
const ASSETS = "/__ASSETS__/";

function handler(event) {
  const request = event.request;
  if (PAGES.includes(request.uri) || request.uri.startsWith(ASSETS)) {
    return request;
  }
  return {
    statusCode: 404,
    statusDescription: "Not Found",
    headers: {
      "content-type": { value: "text/html; charset=utf-8" },
      "cache-control": { value: "no-store" },
      "content-security-policy": { value: "default-src 'none'" },
      "x-content-type-options": { value: "nosniff" },
    },
    body: {
      encoding: "text",
      data:
        '<!doctype html><html lang="en"><title>Not found</title>' +
        '<h1>There is no page here</h1><p><a href="/">Compare photos</a></html>',
    },
  };
}
