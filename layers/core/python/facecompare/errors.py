"""Everything that can go wrong, as one tree.

    FaceCompareError
    ├── InputError              the caller's photo or request; exit code 2, HTTP 4xx
    │   ├── ImageError          one photo is unfit for comparison
    │   │   ├── EmptyImage
    │   │   ├── UnsupportedImage
    │   │   ├── MislabelledImage
    │   │   ├── DamagedImage
    │   │   ├── ImageTooLarge
    │   │   ├── TooManyPixels
    │   │   ├── ImageTooSmall
    │   │   ├── ImageTooCostly
    │   │   ├── NoFace
    │   │   ├── SeveralFaces
    │   │   ├── PoorQuality
    │   │   └── UploadNotFound
    │   ├── RequestError        the request around the photos is malformed
    │   │   ├── MissingImage
    │   │   ├── BadThreshold
    │   │   ├── UnknownField
    │   │   ├── BadField
    │   │   ├── BadRequest
    │   │   ├── UnsupportedContentType
    │   │   ├── UnknownEngine
    │   │   ├── FmrNotCalibrated
    │   │   ├── BadEncoder
    │   │   ├── BadDataset
    │   │   ├── BadManifest
    │   │   ├── Landmarks68Off
    │   │   ├── MtcnnOff
    │   │   ├── UploadsOff
    │   │   ├── BatchesOff
    │   │   ├── RequestRefused
    │   │   └── IdempotencyConflict
    │   ├── AccessError         the caller's key is missing, unknown, or allows too little
    │   │   ├── KeyMissing
    │   │   ├── KeyRefused
    │   │   └── NotAllowed
    │   ├── TooManyAtOnce
    │   ├── ComparisonNotFound
    │   └── BatchNotFound
    ├── SetupError              the installation: models, settings; exit code 3, HTTP 503
    │   ├── BadSetting
    │   ├── ModelFileMissing
    │   ├── ModelFileDamaged
    │   ├── CalibrationUnusable
    │   ├── PackageMissing
    │   └── PortUnavailable
    └── ServiceError            something we depend on failed at run time; exit code 4, HTTP 503
        ├── RecordsUnavailable
        ├── ModelsUnavailable
        ├── UploadsUnavailable
        ├── ServiceUnreachable
        ├── QueueUnavailable
        ├── PairGivenUp
        ├── TimedOut
        ├── Overloaded
        ├── DecoderUnavailable
        ├── NotReady
        └── EngineFault

Each leaf has a `code`, which is stable and part of the API, and a message that says what was found,
what was expected and what to do. HTTP statuses live in `api/errors.py`, exit codes in
`cli/main.py`; a test holds all of them, the tree above, and the README's table, complete.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

SHOWN_CHARACTERS = 40  # of what a caller sent, in a message


class FaceCompareError(Exception):
    """Root of the tree; `image` names the photo it is about ("image1"), or is None. `others` are
    the errors of the request's other photos."""

    code: ClassVar[str]

    def __init__(self, message: str, *, image: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.image = image
        self.others: tuple[FaceCompareError, ...] = ()


class InputError(FaceCompareError):
    """The caller can mend it."""


def first_of(errors: Sequence[InputError]) -> InputError:
    """The first of these errors, one for each unfit photo, with the rest as its `others`."""
    first, *others = errors
    first.others = tuple(others)
    return first


class SetupError(FaceCompareError):
    """Whoever installed facecompare can mend it."""


class ServiceError(FaceCompareError):
    """Something facecompare depends on failed; trying again may help."""


class ImageError(InputError):
    """One photo is unfit for comparison."""


class RequestError(InputError):
    """The request around the photos is malformed."""


class AccessError(InputError):
    """The caller may not do this, or did not say who they are."""


class EmptyImage(ImageError):
    """The photo has no bytes at all."""

    code = "empty_image"


class UnsupportedImage(ImageError):
    """The bytes are no picture, or one in a format or pixel type that is not accepted."""

    code = "unsupported_image"


class MislabelledImage(ImageError):
    """The file's name or content type says one format and its bytes are another."""

    code = "mislabelled_image"


class DamagedImage(ImageError):
    """The picture's format is known but it cannot be decoded to its last row."""

    code = "damaged_image"


class ImageTooLarge(ImageError):
    """The photo, or the whole request, has too many bytes."""

    code = "image_too_large"


class TooManyPixels(ImageError):
    """The header announces more pixels, or a longer side, than is decoded."""

    code = "too_many_pixels"


class ImageTooSmall(ImageError):
    """The picture is too small to hold a face."""

    code = "image_too_small"


class ImageTooCostly(ImageError):
    """Decoding the photo takes more time or memory than a photo may."""

    code = "image_too_costly"


class NoFace(ImageError):
    """No detector found a face."""

    code = "no_face"


class SeveralFaces(ImageError):
    """The policy `only-one` met more than one face."""

    code = "several_faces"


class PoorQuality(ImageError):
    """The face warns, and the caller refuses such faces."""

    code = "poor_quality"


class MissingImage(RequestError):
    """A photo that the operation needs was not given, or its file cannot be read."""

    code = "missing_image"


class BadThreshold(RequestError):
    """The threshold is no usable distance."""

    code = "bad_threshold"


class UnknownField(RequestError):
    """The request carries a field that the operation does not know."""

    code = "unknown_field"


class BadField(RequestError):
    """A field's value is not of the accepted form."""

    code = "bad_field"


class BadRequest(RequestError):
    """The request's body cannot be read at all."""

    code = "bad_request"


class UnsupportedContentType(RequestError):
    """The body is neither multipart/form-data nor JSON."""

    code = "unsupported_content_type"


class UnknownEngine(RequestError):
    """No engine has this id."""

    code = "unknown_engine"


class FmrNotCalibrated(RequestError):
    """The false match rate was not measured for this engine, or lies beyond what was."""

    code = "far_not_calibrated"


class BadEncoder(RequestError):
    """An encoder's card or weights do not hold together."""

    code = "bad_encoder"


class BadDataset(RequestError):
    """A folder of images or a file of pairs cannot be evaluated."""

    code = "bad_dataset"


class BadManifest(RequestError):
    """A batch's list of pairs cannot be read, or is not one that is accepted."""

    code = "bad_manifest"


class Landmarks68Off(RequestError):
    """The 68-point landmarks were asked for and are switched off."""

    code = "landmarks68_off"


class MtcnnOff(RequestError):
    """An engine was named that finds faces with MTCNN, which is switched off."""

    code = "mtcnn_off"


class UploadNotFound(ImageError):
    """There is no uploaded photo of this name: it has expired, or never was sent."""

    code = "upload_not_found"


class UploadsOff(RequestError):
    """An upload was asked for or named, and this installation takes none."""

    code = "uploads_off"


class BatchesOff(RequestError):
    """A batch was submitted, and this installation has no queue."""

    code = "batches_off"


class RequestRefused(RequestError):
    """A service that the command line asked has refused; its own words are told."""

    code = "request_refused"


class IdempotencyConflict(RequestError):
    """The Idempotency-Key was used before, for another request."""

    code = "idempotency_conflict"


class KeyMissing(AccessError):
    """The operation needs an access key and none came."""

    code = "key_missing"


class KeyRefused(AccessError):
    """The access key is unknown or revoked."""

    code = "key_refused"


class NotAllowed(AccessError):
    """The caller is known and may not do this."""

    code = "not_allowed"


class TooManyAtOnce(InputError):
    """One caller asks for more at once than its share of a busy service."""

    code = "too_many_at_once"


class ComparisonNotFound(InputError):
    """The log has no comparison of this id."""

    code = "comparison_not_found"


class BatchNotFound(InputError):
    """There is no batch of this id."""

    code = "batch_not_found"


class BadSetting(SetupError):
    """A setting has a value that is not accepted."""

    code = "bad_setting"


class ModelFileMissing(SetupError):
    """A model file is not where it should be."""

    code = "model_file_missing"


class ModelFileDamaged(SetupError):
    """A model file does not hold what its checksum or its format promises."""

    code = "model_file_damaged"


class CalibrationUnusable(SetupError):
    """A calibration is damaged, or of another engine or other weights."""

    code = "calibration_unusable"


class PackageMissing(SetupError):
    """An optional package is needed and not installed."""

    code = "package_missing"


class PortUnavailable(SetupError):
    """The local server cannot listen where it was told to."""

    code = "port_unavailable"


class RecordsUnavailable(ServiceError):
    """The comparison log cannot be read or written; nothing was recorded."""

    code = "records_unavailable"


class ModelsUnavailable(ServiceError):
    """The bucket with the model files cannot be reached."""

    code = "models_unavailable"


class UploadsUnavailable(ServiceError):
    """The bucket with uploaded photos cannot be reached."""

    code = "uploads_unavailable"


class ServiceUnreachable(ServiceError):
    """A service that the command line asked does not answer."""

    code = "service_unreachable"


class QueueUnavailable(ServiceError):
    """The queue of the batches cannot be reached."""

    code = "queue_unavailable"


class PairGivenUp(ServiceError):
    """A pair of a batch on which workers have ended several times without a result."""

    code = "pair_given_up"


class TimedOut(ServiceError):
    """The work took longer than a request may; it was given up and nothing was recorded."""

    code = "timed_out"


class Overloaded(ServiceError):
    """More is asked for at once than can be answered in time."""

    code = "overloaded"


class DecoderUnavailable(ServiceError):
    """The process that decodes photos cannot be started, is ended from outside, or hardly runs."""

    code = "decoder_unavailable"


class NotReady(ServiceError):
    """The service is alive, and something that it needs does not work; `checks` says what."""

    code = "not_ready"


class EngineFault(ServiceError):
    """A network returned something that is no embedding."""

    code = "engine_fault"


def copied_photo(image: str) -> BadField:
    """The error for one photo twice among those of a person: it would count as evidence."""
    return BadField(f"found one photo twice as {image}; expected each once; leave the copy out")
