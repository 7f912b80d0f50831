"""What a schedule calls the functions of an image with, so that none of them is idle for weeks.

Lambda would forget such a one, and refuse the first call after it (AWS, Lambda Developer Guide,
"Create a Lambda function using a container image", "Function lifecycle").
"""

from __future__ import annotations

PING = {"facecompare": "ping"}
