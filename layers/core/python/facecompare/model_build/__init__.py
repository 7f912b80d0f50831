"""dlib's weights → ONNX. Needed to build models, never to use them."""
