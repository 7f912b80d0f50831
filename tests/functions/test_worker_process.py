"""The worker's loop with real processes: holding messages, and stopping in time."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Mapping

from facecompare.batches.chunk import Chunk
from facecompare.batches.worker_process import POLL_S
from facecompare.config import DEFAULT_ENGINE
from tests.support.lambda_emulator.loopback import LoopbackHandler, LoopbackServer
from tests.support.workers.worker_command import CRASH, SLOW, SLOW_S, start_worker
from tests.support.workers.worker_fleet import HOLD_S, ONE, OTHER, WorkerFleet


def exit_status(worker: subprocess.Popen[bytes]) -> int:
    return worker.wait()


def test_it_works_on_what_comes_and_says_so(fleet: WorkerFleet) -> None:
    worker = fleet.start()
    batch = fleet.order(ONE, OTHER)
    fleet.wait_for(lambda: fleet.ended(batch) == 1)
    fleet.wait_for(lambda: fleet.said('"pairs"') > 0)
    assert fleet.said(f'"engine": "{DEFAULT_ENGINE}"') or fleet.said(f'"engine":"{DEFAULT_ENGINE}"')
    worker.send_signal(signal.SIGTERM)
    assert exit_status(worker) == 0
    assert (fleet.messages(visible=True), fleet.messages(visible=False)) == (0, 0)


def test_a_message_is_held_for_as_long_as_its_work_takes(fleet: WorkerFleet) -> None:
    assert SLOW_S > 1.5 * HOLD_S
    fleet.start()
    batch = fleet.order(ONE, OTHER + SLOW)
    fleet.wait_for(lambda: fleet.messages(visible=False) == 1)
    seen = []
    while fleet.ended(batch) == 0:
        seen += fleet.queue.receive(1, 0, 1)
        time.sleep(0.1)
    assert seen == []
    (result,) = fleet.store.ended([Chunk(batch.batch_id, 1, 1)]).values()
    assert result


def test_when_a_worker_dies_another_gets_its_message(fleet: WorkerFleet) -> None:
    worker = fleet.start()
    batch = fleet.order(ONE, OTHER + SLOW)
    fleet.wait_for(lambda: fleet.messages(visible=False) == 1)
    worker.kill()
    exit_status(worker)
    fleet.start()
    fleet.wait_for(lambda: fleet.ended(batch) == 1)


def test_told_to_stop_it_ends_what_it_began_and_begins_nothing_else(
    fleet: WorkerFleet,
) -> None:
    worker = fleet.start()
    batch = fleet.order(ONE, *(OTHER + SLOW for _ in range(6)))
    fleet.wait_for(lambda: fleet.messages(visible=False) == 2)
    worker.send_signal(signal.SIGTERM)
    assert exit_status(worker) == 0
    assert fleet.ended(batch) == 2
    assert fleet.messages(visible=True) == 4
    assert fleet.messages(visible=False) == 0
    assert fleet.said("stopping: SIGTERM") == 1


def test_what_does_not_end_in_time_is_given_back_at_once(fleet: WorkerFleet) -> None:
    worker = fleet.start(GRACE_S="0.2", FACECOMPARE_HOLD_S="600")
    batch = fleet.order(ONE, OTHER + SLOW)
    fleet.wait_for(lambda: fleet.messages(visible=False) == 1)
    worker.send_signal(signal.SIGTERM)
    assert exit_status(worker) == 0
    assert fleet.messages(visible=True) == 1
    assert fleet.ended(batch) == 0
    assert fleet.said("1 messages given back") == 1


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


def test_a_spot_notice_stops_it_as_well(fleet: WorkerFleet) -> None:
    machine = Machine()
    address = f"http://{machine.server.host_and_port}"
    metadata = {"AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": address}
    worker = fleet.start(**metadata)
    batch = fleet.order(ONE, OTHER)
    fleet.wait_for(lambda: fleet.ended(batch) == 1)
    machine.notice = b'{"action": "terminate", "time": "2026-11-23T10:02:00Z"}'
    assert exit_status(worker) == 0
    assert fleet.said("stopping: spot notice") == 1
    assert not machine.asked_without_token
    machine.server.close()


def test_a_crash_of_the_engine_costs_its_own_message_only(fleet: WorkerFleet) -> None:
    worker = fleet.start()
    batch = fleet.order(ONE, OTHER + CRASH)
    assert exit_status(worker) == 139
    time.sleep(POLL_S)  # moto hands what comes now to the request of the dead worker's other lane
    good = fleet.order(ONE, OTHER)
    while fleet.ended(batch) == 0:  # as ECS does
        worker = fleet.start()
        fleet.wait_for(
            lambda: worker.poll() is not None or fleet.ended(batch) == 1  # noqa: B023
        )
    (result,) = fleet.store.ended([Chunk(batch.batch_id, 1, 1)]).values()
    assert result
    assert result[0].error_code == "pair_given_up"
    fleet.wait_for(lambda: fleet.ended(good) == 1)
    (letter,) = fleet.sqs.receive_message(QueueUrl=fleet.urls[1])["Messages"]
    assert Chunk.from_message(letter["Body"]).batch_id == batch.batch_id


def test_without_a_queue_it_says_so(fleet: WorkerFleet) -> None:
    environment: Mapping[str, str] = fleet.environment | {"FACECOMPARE_BATCH_QUEUE": ""}
    worker = start_worker(environment, fleet.log)
    assert exit_status(worker) == 1
    assert "FACECOMPARE_BATCH_QUEUE is empty" in fleet.log.read_text()
    assert "Traceback" not in fleet.log.read_text()
