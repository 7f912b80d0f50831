"""Face comparison in one's own AWS account.

Importing the package loads nothing else: no numpy, no Pillow, no dlib, no ONNX Runtime. Start at
`facecompare.compare`, which tells the whole story in one function.
"""

__version__ = "0.11.0"
