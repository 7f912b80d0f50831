"""What to do about a face that is less fit for comparison than it could be. Light."""

from __future__ import annotations

# By the measure and whether it is below or above its limits.
REMEDIES: dict[tuple[str, str], str] = {
    ("face_width", "low"): "come nearer, or send the photo in its full size",
    ("sharpness", "low"): "hold the camera still and wait until it is in focus",
    ("brightness", "low"): "turn the face towards the light",
    ("brightness", "high"): "turn away from the glaring light, or take the photo without a flash",
    ("contrast", "low"): "take the photo in clearer light, without haze or a dirty lens",
    ("noise", "high"): "take the photo in more light",
    ("yaw", "low"): "look straight into the camera",
    ("yaw", "high"): "look straight into the camera",
    ("pitch", "low"): "hold the camera at the height of the eyes",
    ("pitch", "high"): "hold the camera at the height of the eyes",
    ("visibility", "low"): "take away whatever covers the face, and turn it to the camera",
    ("eyes_seen", "low"): "take off the sunglasses, or whatever covers the eyes",
    ("mouth_seen", "low"): "take off the mask, or whatever covers mouth and nose",
    ("glare", "high"): "avoid reflections: take off the glasses, or turn away from the light",
}


ANY = "take another photo"


def remedy_for(name: str, value: float, minimum: float | None) -> str:
    """What to do about a measure that is outside of its limits."""
    side = "low" if minimum is not None and value < minimum else "high"
    return REMEDIES.get((name, side), ANY)
