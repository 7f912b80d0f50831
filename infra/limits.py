"""What AWS sets, around which the installation is built; none of it can be raised or moved."""

from __future__ import annotations

EDGE_REGION = "us-east-1"  # where AWS keeps what belongs to no region: CloudFront's, budgets
HTTP_API_TIMEOUT_S = 30  # AWS, API Gateway Developer Guide, "HTTP API quotas"
# A Lambda event is at most 6,291,556 bytes (AWS, API_Invoke), and the body is base64 in it.
MAX_REQUEST_BYTES = 4_500_000
# The same of what a function returns, which the Lambda emulator of the tests holds; a CSV is text,
# so its body is a JSON string in it, beside status and headers.
MAX_RESPONSE_BYTES = 6_000_000
