"""The HTTP API: one answer shape, records once each, and a contract that fits the behaviour."""

from __future__ import annotations

import base64
import csv
import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from facecompare.api.app import local_app
from facecompare.config import Settings
from facecompare.engines.protocol import Engine
from facecompare.records.sqlite import SqliteKeys, SqliteLog
from facecompare.service import FaceService
from tests.support import pictures

OBAMA, OBAMA2, BIDEN = (
    path.read_bytes() for path in (pictures.OBAMA, pictures.OBAMA2, pictures.BIDEN)
)


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def compare(client: TestClient, image1: bytes, image2: bytes, **fields: str) -> Any:
    answer = client.post("/api/compare", files={"image1": image1, "image2": image2}, data=fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_compare_gives_verdict_distance_and_faces(client: TestClient) -> None:
    answer = compare(client, OBAMA, OBAMA2)
    assert answer["same_person"] is True
    assert 0.25 < answer["distance"] < 0.45
    assert (answer["threshold"], answer["engine"]) == (0.5, "dlib-sface")
    assert answer["decided_by"] == "dlib-sface"
    assert answer["combined_distance"] < answer["combined_threshold"]
    (face,) = answer["image1"]["faces"]
    assert (face["detector"], face["compared"], len(face["landmarks5"])) == ("yunet", True, 5)
    assert face["landmarks68"] is None
    assert face["chip"] is None
    assert set(answer["timing_ms"]) == {"decode", "detect", "align", "embed", "match", "total"}


def test_boxes_are_pixels_of_the_original(client: TestClient) -> None:
    large = pictures.encoded(pictures.portrait().resize((1280, 1600)), quality=92)
    small_face = compare(client, OBAMA, large)["image1"]["faces"][0]["box"]
    large_face = compare(client, OBAMA, large)["image2"]["faces"][0]["box"]
    for side in ("left", "top", "width", "height"):
        assert large_face[side] == pytest.approx(2 * small_face[side], rel=0.1)


def test_verify_is_the_same_operation(client: TestClient) -> None:
    files = {"image1": OBAMA, "image2": BIDEN}
    compared, verified = (
        client.post(f"/api/{name}", files=files).json() for name in ("compare", "verify")
    )
    assert verified["distance"] == compared["distance"]
    assert verified.keys() == compared.keys()


def test_json_with_base64_gives_what_files_give(client: TestClient) -> None:
    body = {"image1": base64_of(OBAMA), "image2": base64_of(BIDEN), "threshold": 0.9}
    answer = client.post("/api/compare", json=body).json()
    assert answer["distance"] == compare(client, OBAMA, BIDEN)["distance"]
    assert (answer["same_person"], answer["threshold"]) == (True, 0.9)


def test_a_data_uri_is_accepted(client: TestClient) -> None:
    body = {"image": f"data:image/jpeg;base64,{base64_of(OBAMA)}"}
    assert client.post("/api/detect", json=body).status_code == 200


def test_a_data_uri_that_lies_is_told_and_refused_on_demand(client: TestClient) -> None:
    body = {"image": f"data:image/png;base64,{base64_of(OBAMA)}"}
    (told,) = client.post("/api/detect", json=body).json()["image"]["warnings"]
    assert told["code"] == "mislabelled_image"
    strict = client.post("/api/detect", json=body | {"strict": True})
    assert strict.json()["code"] == "mislabelled_image"


def test_the_face_policy_of_the_request_counts(client: TestClient) -> None:
    group = pictures.group(pictures.OBAMA, pictures.BIDEN)
    faces = compare(client, OBAMA, group, face="most-central")["image2"]["faces"]
    assert [face["compared"] for face in faces].count(True) == 1


def test_each_photo_may_name_the_face_to_compare(client: TestClient) -> None:
    both = pictures.group(pictures.OBAMA2, pictures.BIDEN)
    chosen = [compare(client, OBAMA, both, image2_face=place) for place in ("0", "1")]
    assert {answer["same_person"] for answer in chosen} == {True, False}
    for place, answer in enumerate(chosen):
        faces = answer["image2"]["faces"]
        assert [face["compared"] for face in faces] == [place == index for index in (0, 1)]


@pytest.mark.parametrize(
    ("operation", "names"),
    [("compare", ("image1", "image2")), ("predict", ("anchor", "image1", "image2"))],
)
@pytest.mark.parametrize("place", ["-1", "1.0", "first", "1000", "0" * 5000, "7"])
def test_a_face_that_is_not_there_is_told_with_its_photo(
    client: TestClient, operation: str, names: tuple[str, ...], place: str
) -> None:
    for name in names:
        files = dict.fromkeys(names, OBAMA)
        answer = client.post(f"/api/{operation}", files=files, data={f"{name}_face": place})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_field")
        assert answer.json()["image"] == name


def test_a_face_of_a_photo_that_the_operation_does_not_have_is_an_unknown_field(
    client: TestClient,
) -> None:
    files = {"image1": OBAMA, "image2": OBAMA2}
    answer = client.post("/api/compare", files=files, data={"anchor_face": "0"})
    assert answer.json()["code"] == "unknown_field"


def test_detection_marks_the_face_that_was_asked_for(client: TestClient) -> None:
    both = pictures.group(pictures.OBAMA2, pictures.BIDEN)
    answer = client.post("/api/detect", files={"image": both}, data={"image_face": "1"})
    assert [face["compared"] for face in answer.json()["image"]["faces"]] == [False, True]


def test_chips_are_pngs_of_the_aligned_face(client: TestClient) -> None:
    face = compare(client, OBAMA, OBAMA2, chips="true")["image1"]["faces"][0]
    assert Image.open(io.BytesIO(base64.b64decode(face["chip"]))).size == (150, 150)


def test_detect_gives_all_faces_and_records_nothing(client: TestClient, log: SqliteLog) -> None:
    answer = client.post("/api/detect", files={"image": OBAMA})
    assert len(answer.json()["image"]["faces"]) == 1
    assert log.page(1).records == ()


def test_detect_draws_an_overlay(client: TestClient) -> None:
    answer = client.post("/api/detect?overlay=png", files={"image": OBAMA})
    assert answer.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).size == (640, 800)


@pytest.mark.parametrize(
    ("method", "address", "words"),
    [
        ("POST", "/api/compare?fmr=0.001", "found the query parameter 'fmr'; expected none"),
        ("POST", "/api/compare?threshold=0.6", "send its fields in the body"),
        ("POST", "/api/detect?overlay=png&engine=dlib-fast", "the query parameter 'engine'"),
        ("GET", "/api/comparisons?limt=5", "expected one of limit, cursor, since, caller"),
        ("DELETE", "/api/comparisons/1?all=yes", "expected none"),
    ],
)
def test_a_query_that_nobody_reads_is_refused(
    client: TestClient, method: str, address: str, words: str
) -> None:
    files = {"image": OBAMA, "image1": OBAMA, "image2": BIDEN} if method == "POST" else None
    answer = client.request(method, address, files=files)
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_field")
    assert words in answer.json()["message"]


def test_another_overlay_is_refused(client: TestClient) -> None:
    answer = client.post("/api/detect?overlay=svg", files={"image": OBAMA})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_field")


@pytest.mark.parametrize(
    "names", [("anchor", "image1", "image2"), ("fileAnchor", "file1", "file2")]
)
def test_predict_names_the_closer_candidate(client: TestClient, names: tuple[str, ...]) -> None:
    files = dict(zip(names, (OBAMA, BIDEN, OBAMA2), strict=True))
    answer = client.post("/api/predict", files=files).json()
    assert (answer["closer"], answer["same_person"]) == ("image2", True)
    assert answer["image1"]["distance"] > answer["threshold"] > answer["image2"]["distance"]
    assert answer["image1"]["comparison_id"] != answer["image2"]["comparison_id"]


def test_every_comparison_leaves_exactly_one_record(client: TestClient) -> None:
    ids = [compare(client, OBAMA, other)["comparison_id"] for other in (OBAMA2, BIDEN)]
    listed = client.get("/api/comparisons").json()["comparisons"]
    assert [record["comparison_id"] for record in listed] == ids[::-1]
    assert listed[0]["image1_sha256"] == listed[1]["image1_sha256"]


def test_the_list_is_paged_by_cursor(client: TestClient) -> None:
    ids = [compare(client, OBAMA, OBAMA)["comparison_id"] for _ in range(3)]
    first = client.get("/api/comparisons", params={"limit": 2}).json()
    second = client.get(
        "/api/comparisons", params={"limit": 2, "cursor": first["next_cursor"]}
    ).json()
    listed = [record["comparison_id"] for record in first["comparisons"] + second["comparisons"]]
    assert listed == ids[::-1]
    assert second["next_cursor"] is None


def test_csv_lists_what_was_compared_once_each(client: TestClient) -> None:
    ids = [compare(client, OBAMA, OBAMA)["comparison_id"] for _ in range(4)]
    answer = client.get("/api/comparisons.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["comparison_id"] for row in rows] == ids[::-1]


def test_a_record_is_read_and_deleted_by_its_id(client: TestClient) -> None:
    path = f"/api/comparisons/{compare(client, OBAMA, OBAMA)['comparison_id']}"
    assert client.get(path).json()["distance"] == 0
    assert client.delete(path).status_code == 204
    for request in (client.get, client.delete):
        answer = request(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "comparison_not_found")


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "cursor=x", "since=yesterday"]
)
def test_a_senseless_query_is_refused(client: TestClient, query: str) -> None:
    answer = client.get(f"/api/comparisons?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_field")


def test_a_log_that_fails_is_told_without_its_path(client: TestClient, settings: Settings) -> None:
    settings.records.parent.mkdir(parents=True)
    settings.records.write_text("no database" * 100)
    for answer in (
        client.post("/api/compare", files={"image1": OBAMA, "image2": OBAMA}),
        client.get("/api/comparisons"),
        client.get("/api/comparisons.csv"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (503, "records_unavailable")
        assert str(settings.records) not in answer.text


def test_engines_are_listed_with_one_default(client: TestClient) -> None:
    engines = client.get("/api/engines").json()["engines"]
    assert [engine["id"] for engine in engines if engine["default"]] == ["dlib-sface"]
    assert all(len(engine["landmarks5"]) == 5 for engine in engines)
    combined = {engine["id"]: engine["combined_threshold"] for engine in engines}
    assert {name for name, threshold in combined.items() if threshold} == {"dlib-sface"}


def test_an_engine_whose_licence_switches_it_off_is_neither_listed_nor_taken(
    client: TestClient, settings: Settings, log: SqliteLog
) -> None:
    photos, data = {"image1": OBAMA, "image2": OBAMA}, {"engine": "mtcnn-dlib"}
    answer = client.post("/api/compare", files=photos, data=data)
    assert (answer.status_code, answer.json()["code"]) == (400, "mtcnn_off")
    listed = {engine["id"] for engine in client.get("/api/engines").json()["engines"]}
    allowed = replace(settings, mtcnn=True)
    app = local_app(allowed, log, SqliteKeys(settings.records), FaceService(allowed, log))
    with TestClient(app) as switched_on:
        response = switched_on.post("/api/compare", files=photos, data=data).json()
        engines = switched_on.get("/api/engines").json()["engines"]
    assert (response["engine"], response["decided_by"]) == ("mtcnn-dlib", "mtcnn-dlib")
    assert {engine["id"] for engine in engines} - listed == {"mtcnn-dlib"}


def test_health_lives_and_ready_tells_of_a_log_that_cannot_be_written(
    client: TestClient, settings: Settings
) -> None:
    settings.records.parent.write_text("no folder")
    assert client.get("/api/health").json()["status"] == "ok"
    answer = client.get("/api/ready")
    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    assert answer.json()["checks"]["records"] == "records_unavailable"


def test_it_is_ready_when_the_models_are_there(client: TestClient) -> None:
    answer = client.get("/api/ready")
    assert (answer.status_code, set(answer.json()["checks"].values())) == (200, {"ok"})


def test_what_does_not_exist_has_the_error_shape(client: TestClient) -> None:
    answer = client.get("/api/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    answer = client.put("/api/compare")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


def test_an_unforeseen_error_leaks_nothing(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError("/secret/path and more")

    monkeypatch.setattr("facecompare.service.compare", fail)
    answer = client.post("/api/compare", files={"image1": OBAMA, "image2": OBAMA})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "secret" not in answer.text


def test_every_answer_carries_the_security_headers(client: TestClient) -> None:
    for path in ("/api/health", "/api/nothing"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


def test_68_points_are_answered_when_they_are_switched_on(
    settings: Settings, log: SqliteLog, engine: Engine
) -> None:
    allowed = replace(settings, landmarks68=True)
    keys = SqliteKeys(settings.records)
    with TestClient(local_app(allowed, log, keys, FaceService(allowed, log, [engine]))) as client:
        answer = client.post(
            "/api/detect", files={"image": OBAMA}, data={"landmarks68": "true"}
        ).json()
    points = np.array(answer["image"]["faces"][0]["landmarks68"])
    box = answer["image"]["faces"][0]["box"]
    assert points.shape == (68, 2)
    assert abs(points[:, 0].mean() - (box["left"] + box["width"] / 2)) < 0.1 * box["width"]
