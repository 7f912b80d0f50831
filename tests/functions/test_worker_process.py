"""The worker's loop with real processes: holding messages, and stopping in time."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Mapping

from facecompare.batches.chunk import Piece
from facecompare.batches.worker_process import POLL_S
from tests.functions.loopback import LoopbackHandler, LoopbackServer
from tests.functions.worker_command import CRASH, SLOW, SLOW_S, start_worker
from tests.functions.workplace import HOLD_S, ONE, OTHER, PATIENCE_S, Workplace


def exit_status(worker: subprocess.Popen[bytes]) -> int:
    return worker.wait(PATIENCE_S)


def test_it_works_on_what_comes_and_says_so(workplace: Workplace) -> None:
    worker = workplace.start()
    batch = workplace.order(ONE, OTHER)
    workplace.wait_for(lambda: workplace.ended(batch) == 1)
    workplace.wait_for(lambda: workplace.said('"Pairs"') > 0)  # the metric
    assert workplace.said('"engine": "dlib-fast"') or workplace.said('"engine":"dlib-fast"')
    worker.send_signal(signal.SIGTERM)
    assert exit_status(worker) == 0
    assert (workplace.messages(visible=True), workplace.messages(visible=False)) == (0, 0)


def test_a_message_is_held_for_as_long_as_its_work_takes(workplace: Workplace) -> None:
    assert SLOW_S > 1.5 * HOLD_S
    workplace.start()
    batch = workplace.order(ONE, OTHER + SLOW)
    workplace.wait_for(lambda: workplace.messages(visible=False) == 1)
    seen = []
    while workplace.ended(batch) == 0:
        seen += workplace.queue.receive(1, 0, 1)
        time.sleep(0.1)
    assert seen == []
    (outcome,) = workplace.store.ended([Piece(batch.batch_id, 1, 1)]).values()
    assert outcome


def test_when_a_worker_dies_another_gets_its_message(workplace: Workplace) -> None:
    worker = workplace.start()
    batch = workplace.order(ONE, OTHER + SLOW)
    workplace.wait_for(lambda: workplace.messages(visible=False) == 1)
    worker.kill()
    exit_status(worker)
    workplace.start()
    workplace.wait_for(lambda: workplace.ended(batch) == 1)


def test_told_to_stop_it_ends_what_it_began_and_begins_nothing_else(workplace: Workplace) -> None:
    worker = workplace.start()
    batch = workplace.order(ONE, *(OTHER + SLOW for _ in range(6)))
    workplace.wait_for(lambda: workplace.messages(visible=False) == 2)
    worker.send_signal(signal.SIGTERM)
    assert exit_status(worker) == 0
    assert workplace.ended(batch) == 2
    assert workplace.messages(visible=True) == 4
    assert workplace.messages(visible=False) == 0
    assert workplace.said("stopping: SIGTERM") == 1


def test_what_does_not_end_in_time_is_given_back_at_once(workplace: Workplace) -> None:
    worker = workplace.start(GRACE_S="0.2", FACECOMPARE_HOLD_S="600")
    batch = workplace.order(ONE, OTHER + SLOW)
    workplace.wait_for(lambda: workplace.messages(visible=False) == 1)
    worker.send_signal(signal.SIGTERM)
    assert exit_status(worker) == 0
    assert workplace.messages(visible=True) == 1
    assert workplace.ended(batch) == 0
    assert workplace.said("1 messages given back") == 1


class Machine:
    """EC2's instance metadata, as IMDSv2 has it."""

    def __init__(self) -> None:
        self.notice: bytes | None = None
        self.asked_without_token = False
        machine = self

        class Handler(LoopbackHandler):
            def do_PUT(self) -> None:
                self.body()
                self._answer(200, b"a-token")

            def do_GET(self) -> None:
                if self.headers.get("X-aws-ec2-metadata-token") != "a-token":
                    machine.asked_without_token = True
                    self._answer(401, b"")
                elif machine.notice is None or not self.path.endswith("/spot/instance-action"):
                    self._answer(404, b"")
                else:
                    self._answer(200, machine.notice)

            def _answer(self, status: int, body: bytes) -> None:
                self.start_answer(status, [], len(body))
                self.wfile.write(body)

        self.server = LoopbackServer(Handler)


def test_a_spot_notice_stops_it_as_well(workplace: Workplace) -> None:
    machine = Machine()
    address = f"http://{machine.server.host_and_port}"
    metadata = {"AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": address}
    worker = workplace.start(**metadata)
    batch = workplace.order(ONE, OTHER)
    workplace.wait_for(lambda: workplace.ended(batch) == 1)
    machine.notice = b'{"action": "terminate", "time": "2026-11-23T10:02:00Z"}'
    assert exit_status(worker) == 0
    assert workplace.said("stopping: spot notice") == 1
    assert not machine.asked_without_token
    machine.server.close()


def test_a_crash_of_the_engine_costs_its_own_message_only(workplace: Workplace) -> None:
    worker = workplace.start()
    batch = workplace.order(ONE, OTHER + CRASH)
    assert exit_status(worker) == 139
    time.sleep(POLL_S)  # moto hands what comes now to the request of the dead worker's other lane
    good = workplace.order(ONE, OTHER)
    deadline = time.monotonic() + PATIENCE_S
    while workplace.ended(batch) == 0 and time.monotonic() < deadline:
        worker = workplace.start()
        workplace.wait_for(
            lambda: worker.poll() is not None or workplace.ended(batch) == 1  # noqa: B023
        )
    (outcome,) = workplace.store.ended([Piece(batch.batch_id, 1, 1)]).values()
    assert outcome
    assert outcome[0].error_code == "pair_given_up"
    workplace.wait_for(lambda: workplace.ended(good) == 1)
    (letter,) = workplace.sqs.receive_message(QueueUrl=workplace.urls[1])["Messages"]
    assert Piece.from_message(letter["Body"]).batch_id == batch.batch_id


def test_without_a_queue_it_says_so(workplace: Workplace) -> None:
    environment: Mapping[str, str] = workplace.environment | {"FACECOMPARE_BATCH_QUEUE": ""}
    worker = start_worker(environment, workplace.log)
    assert exit_status(worker) == 1
    assert "FACECOMPARE_BATCH_QUEUE is empty" in workplace.log.read_text()
    assert "Traceback" not in workplace.log.read_text()
