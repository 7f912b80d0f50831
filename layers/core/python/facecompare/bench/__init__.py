"""How fast it is here, beside dlib's own networks and `face_recognition`: figures, not tests."""
